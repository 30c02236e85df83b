/** Changes of an account that its owner makes, or that a proof of its address makes. */
import { compose, prepare, type Slots } from "./statements.ts";
import { userSelection } from "./user-rows.ts";

interface OwnValues {
  readonly id: string;
  readonly name: string | null | undefined;
  readonly locale: string | null | undefined;
}

/** Composed for each call: its values are optional. */
export const updateOwn = compose.write((db, { id, name, locale }: OwnValues) =>
  db
    .updateTable("users")
    .set(({ ref }) => ({
      name: name === undefined ? ref("name") : name,
      locale: locale === undefined ? ref("locale") : locale,
    }))
    .where("id", "=", id)
    .returning(userSelection),
);

export const verifyEmail = prepare.write(
  (db, { id, email }: Slots<{ id: string; email: string }>) =>
    db
      .updateTable("users")
      .set({ email_verified: 1 })
      .where("id", "=", id)
      .where("email", "=", email)
      .where("email_verified", "=", 0),
);

/** The index decides where another account takes the address at the same time; what it refuses is asked before. */
export const changeEmail = prepare.write(
  (db, { id, email }: Slots<{ id: string; email: string }>) =>
    db
      .updateTable("users")
      .set((eb) => ({ email, email_verified: 1, credential_epoch: eb("credential_epoch", "+", 1) }))
      .where("id", "=", id)
      .where(({ exists, not, selectFrom }) =>
        not(
          exists(selectFrom("users as taken").select("taken.id").where("taken.email", "=", email)),
        ),
      ),
);

export const moveEpoch = prepare.write((db, { id }: Slots<{ id: string }>) =>
  db
    .updateTable("users")
    .set((eb) => ({ credential_epoch: eb("credential_epoch", "+", 1) }))
    .where("id", "=", id),
);

export const voidPassword = prepare.send((db, { id }: Slots<{ id: string }>) =>
  db
    .updateTable("users")
    .set((eb) => ({ password_hash: null, credential_epoch: eb("credential_epoch", "+", 1) }))
    .where("id", "=", id),
);
