/** Drawings of one line, in the colour of the words beside them. */
import type { ComponentChildren } from "preact";

function Icon({ children }: { readonly children: ComponentChildren }) {
  return (
    <svg
      viewBox="0 0 20 20"
      aria-hidden="true"
      fill="none"
      stroke="currentColor"
      stroke-width="1.6"
      stroke-linecap="round"
      stroke-linejoin="round"
    >
      {children}
    </svg>
  );
}

export function PasskeyIcon() {
  return (
    <Icon>
      <circle cx="7" cy="7" r="3.6" />
      <path d="M1.8 16.6c.4-2.7 2.5-4.2 5.2-4.2 1 0 1.9.2 2.7.6M14.6 10.9v6.6M14.6 14.2h2M14.6 16.6h1.6" />
      <circle cx="14.6" cy="8.6" r="2.3" />
    </Icon>
  );
}

export function MailIcon() {
  return (
    <Icon>
      <rect x="2.2" y="4.2" width="15.6" height="11.6" rx="2" />
      <path d="m2.6 5.4 7.4 5.6 7.4-5.6" />
    </Icon>
  );
}

export function ProviderIcon() {
  return (
    <Icon>
      <path d="M11.5 3.2h4a1.3 1.3 0 0 1 1.3 1.3v11a1.3 1.3 0 0 1-1.3 1.3h-4M3.2 10h9M9 6.6 12.4 10 9 13.4" />
    </Icon>
  );
}
