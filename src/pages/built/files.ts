// Built by `npm run pages`. Do not edit.
export const builtFiles = {
  "digest": "38fcfc25bb61e846",
  "names": [
    "account.js",
    "admin.css",
    "admin.js",
    "base.css",
    "base.js",
    "dist.js",
    "docs.css",
    "links.js",
    "logo.svg",
    "mail-languages.js",
    "new-password.js",
    "plain.css",
    "recovery-codes.js",
    "second-step.js",
    "sign-in.js",
    "words-account-de.js",
    "words-account-en.js",
    "words-admin-de.js",
    "words-admin-en.js",
    "words-codes-de.js",
    "words-codes-en.js",
    "words-kit-de.js",
    "words-kit-en.js",
    "words-links-de.js",
    "words-links-en.js",
    "words-sign-in-de.js",
    "words-sign-in-en.js"
  ],
  "applications": {
    "sign-in": {
      "scripts": [
        "second-step.js",
        "recovery-codes.js",
        "base.js",
        "sign-in.js"
      ],
      "words": {
        "de": [
          "words-codes-de.js",
          "words-kit-de.js",
          "words-sign-in-de.js"
        ],
        "en": [
          "words-codes-en.js",
          "words-kit-en.js",
          "words-sign-in-en.js"
        ]
      }
    },
    "account": {
      "scripts": [
        "new-password.js",
        "mail-languages.js",
        "recovery-codes.js",
        "base.js",
        "account.js"
      ],
      "words": {
        "de": [
          "words-account-de.js",
          "words-codes-de.js",
          "words-kit-de.js"
        ],
        "en": [
          "words-account-en.js",
          "words-codes-en.js",
          "words-kit-en.js"
        ]
      }
    },
    "admin": {
      "scripts": [
        "mail-languages.js",
        "base.js",
        "admin.js"
      ],
      "words": {
        "de": [
          "words-admin-de.js",
          "words-kit-de.js"
        ],
        "en": [
          "words-admin-en.js",
          "words-kit-en.js"
        ]
      }
    },
    "links": {
      "scripts": [
        "new-password.js",
        "second-step.js",
        "base.js",
        "links.js"
      ],
      "words": {
        "de": [
          "words-kit-de.js",
          "words-links-de.js"
        ],
        "en": [
          "words-kit-en.js",
          "words-links-en.js"
        ]
      }
    }
  }
} as const;
