/** A new password: whose it is, for password managers, its rule before the first mistake, and a hint while it is typed. */
import { HiddenUsername, NewPasswordField } from "../kit/fields.tsx";

export function NewPassword({
  email,
  label,
  name,
}: {
  /** Undefined where the page does not know it, as with the link of a mail. */
  readonly email?: string | undefined;
  readonly label?: string;
  readonly name?: string;
}) {
  return (
    <>
      {email !== undefined && <HiddenUsername email={email} />}
      <NewPasswordField
        {...(label !== undefined && { label })}
        {...(name !== undefined && { name })}
      />
    </>
  );
}
