import { z } from "zod";
import { exampleUser, User } from "./accounts.ts";
import { operation } from "./operation.ts";
import { admin, csrfHeaders } from "./security.ts";
import { EMAIL_MAX_LENGTH, Id, page, pageQuery, QueryBoolean, Role } from "./values.ts";

const UserPage = page("UserPage", User, exampleUser);
const userParams = z.strictObject({ userId: Id });

export const listUsers = operation({
  operationId: "listUsers",
  method: "GET",
  path: "/users",
  tags: ["Users"],
  summary: "List accounts",
  description:
    "All accounts, oldest first, a page at a time. Filters narrow the list; all must match.",
  security: admin,
  request: {
    query: z.strictObject({
      ...pageQuery,
      email: z
        .string()
        .min(1)
        .max(EMAIL_MAX_LENGTH)
        .optional()
        .meta({
          description: "Only addresses that begin with this, in any case.",
          examples: ["ada"],
        }),
      role: Role.optional().meta({
        description: "Only accounts with this role.",
        examples: ["user"],
      }),
      disabled: QueryBoolean.optional().meta({
        type: "boolean",
        description: "Only disabled accounts, or only enabled ones.",
        examples: [false],
      }),
    }),
  },
  responses: { 200: { description: "A page of accounts.", body: UserPage } },
  problems: [],
  events: [],
});

export const getUser = operation({
  operationId: "getUser",
  method: "GET",
  path: "/users/{userId}",
  tags: ["Users"],
  summary: "Read an account",
  description: "One account, by its id.",
  security: admin,
  request: { params: userParams },
  responses: { 200: { description: "The account.", body: User } },
  problems: ["not_found"],
  events: [],
});

export const deleteUser = operation({
  operationId: "deleteUser",
  method: "DELETE",
  path: "/users/{userId}",
  tags: ["Users"],
  summary: "Delete an account",
  description:
    "Deletes the account and ends everything it has. The last enabled administrator cannot be deleted.",
  security: admin,
  request: { params: userParams, headers: csrfHeaders },
  responses: { 204: { description: "The account is gone." } },
  problems: ["not_found", "last_admin"],
  events: ["user_deleted"],
});
