/**
 * Folds the failures of an operation in Swagger UI: each is a line with its codes, and shows its body once that is asked
 * for. Eight bodies that differ by a word are four screens before the next operation, and take seconds to draw.
 */
import type { SwaggerUIPlugin } from "./swagger-ui.ts";

export const foldedFailures: SwaggerUIPlugin = () => ({
  wrapComponents: {
    response: (Original, { React: { createElement, useState } }) =>
      function Response(props) {
        const { code, response, getComponent } = props;
        const [isOpen, setOpen] = useState(false);
        if (isOpen || !isFailure(code)) return createElement(Original, props);
        const open = { type: "button", className: "show-body", onClick: () => setOpen(true) };
        return createElement(
          "tr",
          { className: "response" },
          createElement("td", { className: "response-col_status" }, code),
          createElement(
            "td",
            { className: "response-col_description" },
            createElement(getComponent("Markdown", true), { source: response.get("description") }),
            createElement("button", open, "Show the body"),
          ),
        );
      },
  },
});

function isFailure(status: string): boolean {
  return status.startsWith("4") || status.startsWith("5");
}
