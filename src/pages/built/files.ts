// Built by `npm run pages`. Do not edit.
export const builtFiles = {
  "digest": "c1ed2699380e3adb",
  "names": [
    "account.js",
    "admin.js",
    "base.css",
    "base.js",
    "docs.css",
    "links.js",
    "logo.svg",
    "plain.css",
    "rolldown-runtime.js",
    "sign-in.js",
    "words-account-de.js",
    "words-account-en.js",
    "words-admin-de.js",
    "words-admin-en.js",
    "words-events-de.js",
    "words-events-en.js",
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
        "base.js",
        "sign-in.js"
      ],
      "words": {
        "de": [
          "words-kit-de.js",
          "words-sign-in-de.js",
          "rolldown-runtime.js"
        ],
        "en": [
          "words-kit-en.js",
          "words-sign-in-en.js",
          "rolldown-runtime.js"
        ]
      }
    },
    "account": {
      "scripts": [
        "base.js",
        "account.js"
      ],
      "words": {
        "de": [
          "words-account-de.js",
          "words-kit-de.js",
          "rolldown-runtime.js"
        ],
        "en": [
          "words-account-en.js",
          "words-kit-en.js",
          "rolldown-runtime.js"
        ]
      }
    },
    "admin": {
      "scripts": [
        "base.js",
        "admin.js"
      ],
      "words": {
        "de": [
          "words-admin-de.js",
          "words-events-de.js",
          "words-kit-de.js",
          "rolldown-runtime.js"
        ],
        "en": [
          "words-admin-en.js",
          "words-events-en.js",
          "words-kit-en.js",
          "rolldown-runtime.js"
        ]
      }
    },
    "links": {
      "scripts": [
        "base.js",
        "links.js"
      ],
      "words": {
        "de": [
          "words-kit-de.js",
          "words-links-de.js",
          "rolldown-runtime.js"
        ],
        "en": [
          "words-kit-en.js",
          "words-links-en.js",
          "rolldown-runtime.js"
        ]
      }
    }
  }
} as const;
