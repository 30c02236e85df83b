/** Starts an application: the reader's words first, then its view. */
import { Component, type ComponentChildren, type ComponentType, render } from "preact";
import type { ApplicationName } from "../../entries.ts";
import type { Messages } from "../../messages/scheme.ts";
import { Button } from "./button.tsx";
import { DialogHost } from "./dialog.tsx";
import { keepFocus } from "./focus.ts";
import { Gate } from "./frame.tsx";
import { Link, Router } from "./router.tsx";
import { ToastHost } from "./toast.tsx";
import { chooseLanguage, type Language, learnWords, say } from "./words.ts";

/** Loads words: `() => import("../../messages/en/account.ts").then((m) => m.account)`. */
export type WordFiles = Readonly<Record<Language, () => Promise<Messages>>>;

export interface Application {
  readonly name: ApplicationName;
  /** The application's own, and those of its parts. */
  readonly words: readonly WordFiles[];
  readonly View: ComponentType;
}

const kitWords: WordFiles = {
  en: () => import("../../messages/en/kit.ts").then(({ kit }) => kit),
  de: () => import("../../messages/de/kit.ts").then(({ kit }) => kit),
};

export async function startApplication({ name, words, View }: Application): Promise<void> {
  const language = chooseLanguage(navigator.languages);
  document.documentElement.lang = language;
  learnWords(...(await Promise.all([kitWords, ...words].map((files) => files[language]()))));
  const place = document.querySelector("#app");
  if (place === null) throw new Error("The page has no place for its application");
  place.replaceChildren();
  keepFocus();
  render(
    <Unbroken>
      <Router application={name}>
        <View />
        <DialogHost />
        <ToastHost />
      </Router>
    </Unbroken>,
    place,
  );
}

/** Says that a path beneath an application's is none of its own. */
export function NotFound() {
  return (
    <>
      <p>{say("notFound")}</p>
      <p>
        <Link to="/">{say("startPage")}</Link>
      </p>
    </>
  );
}

/** A fault of the page itself leaves a page that says so, and not an empty one. */
class Unbroken extends Component<{ children: ComponentChildren }, { isBroken: boolean }> {
  override state = { isBroken: false };
  static override getDerivedStateFromError() {
    return { isBroken: true };
  }
  override render() {
    if (!this.state.isBroken) return this.props.children;
    return (
      <Gate title={say("brokenTitle")} about={say("broken")}>
        <Button kind="primary" onClick={() => location.reload()}>
          {say("reload")}
        </Button>
      </Gate>
    );
  }
}
