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
  /** Is called before each request, and may change it. */
  readonly requestInterceptor: (request: SwaggerUIRequest) => SwaggerUIRequest;
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
