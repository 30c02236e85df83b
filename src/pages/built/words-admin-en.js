import{t as e}from"./rolldown-runtime.js";var t=/* @__PURE__ */ e({admin:()=>n});const n={};export{t};
