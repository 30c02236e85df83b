/** Copies a text, and says so on the button. */
import { useEffect, useState } from "preact/hooks";
import { Button } from "../kit/button.tsx";
import { toast } from "../kit/toast.tsx";
import { say } from "../kit/words.ts";

const TOLD_MS = 3_000;

/** `of`: for screen readers, what is copied. */
export function CopyButton({ text, of }: { readonly text: string; readonly of?: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setCopied(false), TOLD_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      toast(say("copyFailed"));
    }
  }
  return (
    <>
      <Button isLow onClick={() => void copy()} {...(of !== undefined && { of })}>
        {say(isCopied ? "copied" : "copy")}
      </Button>
      <span class="visually-hidden" role="status">
        {isCopied ? say("copied") : ""}
      </span>
    </>
  );
}
