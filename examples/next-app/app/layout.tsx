import type { Metadata } from "next";
import type { ReactNode } from "react";
import { visitorSession } from "../lib/visitor";
import "./page.css";
import { Providers } from "./providers";

export const metadata: Metadata = { title: "Notebook" };

/** Asks once for each request who it is, so that the page arrives complete. */
export default async function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <Providers initial={await visitorSession()}>{children}</Providers>
      </body>
    </html>
  );
}
