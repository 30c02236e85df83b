import{t as e}from"./rolldown-runtime.js";var t=/* @__PURE__ */ e({links:()=>n});const n={};export{t};
