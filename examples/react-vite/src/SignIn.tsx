import { isPending, type LoginPending, type Result } from "@portcullis/client";
import { type FormEvent, useState } from "react";
import { api } from "./auth.ts";

/** The password, and where the account has one, the second factor. Once both are there, `SignedIn` takes over by itself. */
export function SignIn() {
  const [pending, setPending] = useState<LoginPending>();
  return (
    <section className="card" aria-labelledby="title">
      {pending ? (
        <SecondStep pending={pending} onRestart={() => setPending(undefined)} />
      ) : (
        <Password onPending={setPending} />
      )}
    </section>
  );
}

function Password({ onPending }: { readonly onPending: (pending: LoginPending) => void }) {
  const [isNew, setNew] = useState(false);
  const form = useAttempt(async (fields) => {
    const credentials = { email: fields("email"), password: fields("password") };
    if (isNew) {
      const made = await api.signup(credentials);
      if (!made.ok) return reasonOf(made);
      // SIGNUP=verified: there is an account once the mail is read.
      if (made.status === 202) return "A mail is on its way to you. Read it, then sign in.";
    }
    const login = await api.login(credentials);
    if (!login.ok) return reasonOf(login);
    if (isPending(login.data)) onPending(login.data);
    return undefined;
  });
  return (
    <form {...form.props}>
      <h1 id="title">{isNew ? "Create an account" : "Sign in"}</h1>
      <label>
        E-mail address
        <input name="email" type="email" autoComplete="username" required autoFocus />
      </label>
      <label>
        Password
        <input
          name="password"
          type="password"
          autoComplete={isNew ? "new-password" : "current-password"}
          required
        />
      </label>
      <Said>{form.said}</Said>
      <button type="submit" aria-disabled={form.isBusy}>
        {isNew ? "Create account" : "Sign in"}
      </button>
      <button type="button" className="link" onClick={() => setNew(!isNew)}>
        {isNew ? "I have an account" : "I am new here"}
      </button>
    </form>
  );
}

function SecondStep({
  pending,
  onRestart,
}: {
  readonly pending: LoginPending;
  readonly onRestart: () => void;
}) {
  const form = useAttempt(async (fields) => {
    const code = fields("code");
    // A code of the app is digits, in groups or not. All else is meant as a recovery code.
    const method = /^[\d ]+$/.test(code) ? "totp" : "recovery_code";
    const login = await api.finishSignIn(pending, { method, code });
    return login.ok ? undefined : reasonOf(login);
  });
  return (
    <form {...form.props}>
      <h1 id="title">One more step</h1>
      <label>
        Code of your authenticator app, or a recovery code
        <input name="code" autoComplete="one-time-code" spellCheck={false} required autoFocus />
      </label>
      <Said>{form.said}</Said>
      <button type="submit" aria-disabled={form.isBusy}>
        Go on
      </button>
      <button type="button" className="link" onClick={onRestart}>
        Begin again
      </button>
    </form>
  );
}

/** A form that is sent once at a time. `attempt` answers what is to be said, if it came to nothing. */
function useAttempt(attempt: (field: (name: string) => string) => Promise<string | undefined>): {
  readonly props: { onSubmit: (event: FormEvent<HTMLFormElement>) => void };
  readonly said: string | undefined;
  readonly isBusy: boolean;
} {
  const [said, setSaid] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const send = async (fields: FormData) => {
    setBusy(true);
    setSaid(await attempt((name) => String(fields.get(name) ?? "")));
    setBusy(false);
  };
  return {
    said,
    isBusy,
    props: {
      onSubmit(event) {
        event.preventDefault();
        if (!isBusy) void send(new FormData(event.currentTarget));
      },
    },
  };
}

function Said({ children }: { readonly children: string | undefined }) {
  return (
    <p className="said" role="alert">
      {children}
    </p>
  );
}

/** The server's own sentence, where there is one. */
function reasonOf(
  result: Exclude<
    Result<"signup"> | Result<"login"> | Result<"finishLogin">,
    { readonly ok: true }
  >,
): string {
  return result.problem?.detail ?? "The server was not reached. Try again.";
}
