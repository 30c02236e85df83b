// Built by `npm run pages`. Do not edit.
export const builtFiles = {
  "digest": "82c661a0c7ebadd9",
  "names": [
    "account.js",
    "admin.js",
    "base.css",
    "base.js",
    "links.js",
    "logo.svg",
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
