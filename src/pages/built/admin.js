import{n as e,t}from"./base.js";e(/* @__PURE__ */ t(`h1`,{children:`Console`}),document.body);
