/** Copies a text, and says beside the button how that went: a toast would be beneath a dialog. */
import { useEffect, useState } from "preact/hooks";
import { Button } from "../kit/button.tsx";
import { say } from "../kit/words.ts";

const TOLD_MS = 3_000;

/** `of`: for screen readers, what is copied. */
export function CopyButton({ text, of }: { readonly text: string; readonly of?: string }) {
  const [told, setTold] = useState<"copied" | "copyFailed">();
  const isCopied = told === "copied";
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setTold(undefined), TOLD_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  async function copy(): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      setTold("copied");
    } catch {
      setTold("copyFailed");
    }
  }
  return (
    <>
      <Button isLow onClick={() => void copy()} {...(of !== undefined && { of })}>
        {say(isCopied ? "copied" : "copy")}
      </Button>
      <span class={told === "copyFailed" ? "small" : "visually-hidden"} role="status">
        {told && say(told)}
      </span>
    </>
  );
}
