/**
 * Runs in the page's head before anything is drawn, so that row heights and the sidebar stand where the reader left
 * them. The same text in every file: the policy of the hub names it by its hash.
 */
export const BOOT = `try{var s=JSON.parse(localStorage.getItem('paypredict')).state,d=document.documentElement.dataset;d.density=s.density;if(s.sidebarCollapsed)d.sidebar='collapsed'}catch(e){}`
