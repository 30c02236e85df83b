/** A sentence about what is done, which goes by itself, or with the view. Nothing stands here alone that somebody needs. */
import { useState } from "preact/hooks";
import { useLeaving } from "./router.tsx";

const SHOWN_MS = 6_000;

interface Toast {
  readonly key: number;
  readonly text: string;
}
let show: (change: (toasts: readonly Toast[]) => readonly Toast[]) => void = () => undefined;
let lastKey = 0;

export function toast(text: string): void {
  const key = (lastKey += 1);
  show((toasts) => [...toasts.slice(-2), { key, text }]);
  setTimeout(() => show((toasts) => toasts.filter((each) => each.key !== key)), SHOWN_MS);
}

export function ToastHost() {
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  show = setToasts;
  useLeaving(() => setToasts([]));
  return (
    <div class="toasts" aria-live="polite">
      {toasts.map(({ key, text }) => (
        <p key={key} class="toast">
          {text}
        </p>
      ))}
    </div>
  );
}
