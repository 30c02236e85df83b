/** Rules about comments: `portcullis/assertion-says-why`, `disable-says-why` and `docstring-start`. */
import type { TSESLint, TSESTree } from "@typescript-eslint/utils";

/**
 * `as` and `!` overrule the compiler, so a comment on the statement, or on the line above it, says
 * what proves them. `as const` and `as unknown` overrule nothing.
 */
export const assertionSaysWhy: TSESLint.RuleModule<"unexplained"> = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      unexplained:
        "An assertion is believed, not checked: narrow by a check instead, or say in a comment what proves it.",
    },
  },
  create(context) {
    const commented = new Set(
      context.sourceCode.getAllComments().flatMap(({ loc }) => [loc.start.line, loc.end.line]),
    );
    function check(node: TSESTree.Node): void {
      const from = holderOf(node).loc.start.line - 1;
      const to = node.loc.end.line;
      for (let line = from; line <= to; line++) if (commented.has(line)) return;
      context.report({ node, messageId: "unexplained" });
    }
    return {
      TSNonNullExpression: check,
      TSTypeAssertion: check,
      TSAsExpression(node) {
        const { typeAnnotation } = node;
        const isConst =
          typeAnnotation.type === "TSTypeReference" &&
          typeAnnotation.typeName.type === "Identifier" &&
          typeAnnotation.typeName.name === "const";
        // The outer `as` of `as unknown as T` answers for both.
        if (!isConst && typeAnnotation.type !== "TSUnknownKeyword") check(node);
      },
    };
  },
};

/** Finds the subject of a comment above: the statement, property or member around an expression. */
function holderOf(node: TSESTree.Node): TSESTree.Node {
  const isHolder = /Statement$|Declaration$|^Property|^MethodDefinition$/.test(node.type);
  return isHolder || !node.parent ? node : holderOf(node.parent);
}

/** A rule switched off for a line is an exception, and `-- because` says why it is one. */
export const disableSaysWhy: TSESLint.RuleModule<"unexplained"> = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      unexplained:
        "Name the rule and say why it does not hold here: `eslint-disable-next-line rule -- why`.",
    },
  },
  create(context) {
    return {
      Program() {
        for (const { loc, value } of context.sourceCode.getAllComments()) {
          const directive = /^\s*eslint-disable(?:-next-line|-line)?\b(.*)$/s.exec(value)?.[1];
          if (directive === undefined || /\S.*\s--\s+\S/s.test(directive)) continue;
          context.report({ loc, messageId: "unexplained" });
        }
      },
    };
  },
};

/**
 * A docstring or a comment starts with its subject or its verb. One that starts with a question word, or with "the same",
 * has neither, and a reader must finish the sentence, or find the other one, to learn what it is about.
 */
export const docstringStart: TSESLint.RuleModule<"noSubject"> = {
  meta: {
    type: "problem",
    schema: [],
    messages: {
      noSubject:
        "Start with the subject or the verb: `The claims of a token`, not `What a token says`; `Tells if`, not `Whether`.",
    },
  },
  create(context) {
    return {
      Program() {
        let lastLine = 0;
        for (const { loc, type, value } of context.sourceCode.getAllComments()) {
          // A line comment right below another goes on with its sentence.
          const goesOn = type === "Line" && loc.start.line === lastLine + 1;
          lastLine = loc.end.line;
          if (!goesOn && QUESTION.test(value)) context.report({ loc, messageId: "noSubject" });
        }
      },
    };
  },
};

const QUESTION =
  /^\*?\s*(?:\*\s*)?(?:(?:Of )?What|Who|Whoever|Whether|Which|Whose)\b|^\*?\s*The same\b/;
