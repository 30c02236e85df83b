import{t as e}from"./rolldown-runtime.js";var t=/* @__PURE__ */ e({signIn:()=>n});const n={};export{t};
