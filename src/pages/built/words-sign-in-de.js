import{t as e}from"./rolldown-runtime.js";import{a as t}from"./base.js";var n=/* @__PURE__ */ e({signIn:()=>r});const r=t()({});export{n as t};
