/** The secret of an authenticator app: as a QR code, as text, and as a link for an app on the same device. */
import { useEffect, useState } from "preact/hooks";
import { CopyButton } from "./copy-button.tsx";
import { pathOf } from "./qr-path.ts";
import { say } from "./code-words.ts";

/** Modules of a code that is not drawn yet. */
const EMPTY_SIZE = 61;

function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const [code, setCode] = useState({ path: "", size: EMPTY_SIZE });
  useEffect(() => {
    // A file of its own, which is loaded by those who set up an app: it is a tenth of a page.
    void import("uqr").then(({ encode }) => {
      const { data, size } = encode(text, { border: 4 });
      setCode({ path: pathOf(data), size });
    });
  }, [text]);
  return (
    <svg class="qr" viewBox={`0 0 ${code.size} ${code.size}`} role="img" aria-label={label}>
      <path d={code.path} shape-rendering="crispEdges" />
    </svg>
  );
}

/** Shows all that is needed to add an account to an app. On a phone, which cannot scan itself, the app is opened first. */
export function AppSecret({
  uri,
  secret,
  scan,
}: {
  readonly uri: string;
  readonly secret: string;
  /** Said of the QR code. */
  readonly scan?: string;
}) {
  const isPhone = matchMedia("(pointer: coarse)").matches;
  return (
    <div class="stack">
      {isPhone && (
        <a class="button wide" href={uri}>
          {say("qrOpen")}
        </a>
      )}
      {scan !== undefined && <p>{scan}</p>}
      <QrCode text={uri} label={say("qrLabel")} />
      <div class="tight">
        <p>{say("qrSecret")}</p>
        <p class="actions key">
          <code class="spelt">{secret.replaceAll(/(.{4})(?=.)/g, "$1 ")}</code>
          <CopyButton text={secret} />
        </p>
        {!isPhone && (
          <p>
            <a href={uri}>{say("qrOpen")}</a>
          </p>
        )}
      </div>
    </div>
  );
}
