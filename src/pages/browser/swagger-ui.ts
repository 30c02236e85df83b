/** The part of Swagger UI that `docs.ts` uses. The package has no types of its own. */

/** https://swagger.io/docs/open-source-tools/swagger-ui/usage/configuration/ */
export interface SwaggerUIOptions {
  readonly url: string;
  readonly dom_id: string;
  readonly layout: "BaseLayout";
  readonly presets: readonly unknown[];
  /** Null: no validator is asked about the document. */
  readonly validatorUrl: string | null;
  readonly queryConfigEnabled: boolean;
  readonly tryItOutEnabled: boolean;
  readonly persistAuthorization: boolean;
  readonly deepLinking: boolean;
  readonly displayOperationId: boolean;
  readonly displayRequestDuration: boolean;
  readonly defaultModelsExpandDepth: number;
  readonly syntaxHighlight: { readonly theme: string };
  readonly plugins: readonly SwaggerUIPlugin[];
  /** Is called before each request, and may change it. */
  readonly requestInterceptor: (request: SwaggerUIRequest) => SwaggerUIRequest;
}

/** https://swagger.io/docs/open-source-tools/swagger-ui/customization/plugin-api/ */
export type SwaggerUIPlugin = (system: SwaggerUISystem) => {
  /** Functions that take the place of its own. */
  readonly fn?: {
    /** The part of the document at `path`, without references. */
    readonly resolveSubtree: (
      document: Json,
      path: readonly string[],
    ) => Promise<{ readonly spec: Json; readonly errors: readonly [] }>;
  };
  /** By the part of its state and the action's name: an action that stands in for it, and is given it. */
  readonly statePlugins?: {
    readonly spec: {
      readonly wrapActions: {
        readonly setResponse: (original: SetResponse, system: SwaggerUIState) => SetResponse;
      };
    };
  };
  /** By the component's name: a component that stands in for it, and is given it. */
  readonly wrapComponents?: {
    readonly response: (
      original: Component<ResponseProps>,
      system: SwaggerUISystem,
    ) => Component<ResponseProps>;
  };
};

export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** Shows an answer, or what went wrong, with the operation at `path`. */
export type SetResponse = (path: string, method: string, response: SwaggerUIResponse) => unknown;

export interface SwaggerUIResponse {
  readonly ok?: boolean;
  /** The body, where it was JSON. */
  readonly obj?: Json;
}

export interface SwaggerUIState {
  readonly specSelectors: {
    readonly specJson: () => Immutable;
    /** The part of the document at `path` as it is shown, without references; undefined before it is. */
    readonly specResolvedSubtree: (path: readonly string[]) => Immutable | undefined;
  };
  readonly specActions: {
    /** Shows another value for the part of the document at `path`. */
    readonly updateResolvedSubtree: (path: readonly string[], value: Json) => void;
  };
  readonly oas3Actions: {
    /** Puts a text into the box of the operation's body. */
    readonly setRequestBodyValue: (body: OfOperation<string>) => void;
    /** True: the box keeps its text when its panel is opened. */
    readonly setRetainRequestBodyValueFlag: (isKept: OfOperation<boolean>) => void;
  };
}
interface Immutable {
  readonly toJS: () => Json;
}
interface OfOperation<T> {
  readonly value: T;
  readonly pathMethod: readonly [path: string, method: string];
}

/** The part of React that is used. An element is made here, and never looked into. */
export interface SwaggerUISystem {
  readonly React: {
    createElement<P extends object>(
      kind: string | Component<P>,
      props: P | null,
      ...children: readonly unknown[]
    ): ReactElement;
    useState<T>(first: T): readonly [T, (next: T) => void];
  };
}
export type Component<P> = (props: P) => ReactElement;
declare const element: unique symbol;
export interface ReactElement {
  readonly [element]: true;
}

/** A documented answer: a row of the table "Responses". */
export interface ResponseProps {
  /** The status, as the document has it. */
  readonly code: string;
  readonly response: { get(key: "description"): string };
  getComponent(name: "Markdown", isContainer: true): Component<{ readonly source: string }>;
}

export interface SwaggerUIRequest {
  readonly url: string;
  /** Absent for GET. */
  readonly method?: string;
  readonly headers: Record<string, string>;
}

declare global {
  interface Window {
    /** For the console, as Swagger UI's own page has it. */
    ui: unknown;
    readonly SwaggerUIBundle: {
      (options: SwaggerUIOptions): unknown;
      readonly presets: { readonly apis: unknown };
    };
  }
}
