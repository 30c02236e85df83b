// Built by `npm run pages`. Do not edit.
export const builtFiles = {
  "digest": "acf650a22767316b",
  "names": [
    "account.js",
    "admin.js",
    "base.css",
    "base.js",
    "docs.css",
    "links.js",
    "logo.svg",
    "plain.css",
    "sign-in.js"
  ],
  "applications": {
    "sign-in": {
      "scripts": [
        "base.js",
        "sign-in.js"
      ],
      "words": {}
    },
    "account": {
      "scripts": [
        "base.js",
        "account.js"
      ],
      "words": {}
    },
    "admin": {
      "scripts": [
        "base.js",
        "admin.js"
      ],
      "words": {}
    },
    "links": {
      "scripts": [
        "base.js",
        "links.js"
      ],
      "words": {}
    }
  }
} as const;
