import { SignedIn, SignedOut } from "@portcullis/client/react";
import { Account } from "./account";
import { SignIn } from "./sign-in";
import { Waiting } from "./waiting";

export default function Page() {
  return (
    <>
      <Waiting />
      <SignedOut>
        <SignIn />
      </SignedOut>
      <SignedIn>
        <Account />
      </SignedIn>
    </>
  );
}
