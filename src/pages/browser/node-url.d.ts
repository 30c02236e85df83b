/** The one function of Node that types of the contract lead to. A page never runs it, and gets no other types of Node. */
declare module "node:url" {
  export function domainToUnicode(domain: string): string;
}
