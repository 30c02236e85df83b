import { render } from "preact";

render(<h1>Your account</h1>, document.body);
