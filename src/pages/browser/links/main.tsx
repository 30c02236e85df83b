import { render } from "preact";

render(<h1>Portcullis</h1>, document.body);
