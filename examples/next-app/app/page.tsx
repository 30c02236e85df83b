import { SignedIn, SignedOut } from "@portcullis/client/react";
import { Account } from "./account";
import { SignIn } from "./sign-in";

export default function Page() {
  return (
    <>
      <SignedOut>
        <SignIn />
      </SignedOut>
      <SignedIn>
        <Account />
      </SignedIn>
    </>
  );
}
