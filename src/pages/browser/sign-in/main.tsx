import { render } from "preact";

render(<h1>Sign in</h1>, document.body);
