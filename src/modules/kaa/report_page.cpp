// The page that -X lifecycle=FILE writes: what stands before and behind its data, a JSON object (report.cpp). It needs nothing but itself: the charts are
// drawn by the script at its end, as SVG.
namespace kaa {

extern const char k_report_head[];
extern const char k_report_tail[];

const char k_report_head[] = R"page(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>Object lifecycle</title>
<style>
:root{--bg:#fbfaf7;--card:#fff;--ink:#23252b;--soft:#6d717c;--line:#e6e3db;--grid:#eeece6;--accent:#1f6f5c}
@media(prefers-color-scheme:dark){:root{--bg:#17181c;--card:#202228;--ink:#e9e8e4;--soft:#9a9da8;--line:#32353d;--grid:#2a2d34;--accent:#5cc4a8}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI","DejaVu Sans",sans-serif}
main{max-width:1120px;margin:0 auto;padding:34px 22px 70px}
h1{font-size:27px;margin:0;letter-spacing:-.015em;font-weight:650}
h2{font-size:17px;margin:0 0 2px;font-weight:620}
p{margin:0;color:var(--soft)}
.lead{margin:4px 0 24px}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin-bottom:16px}
.tile,.card{background:var(--card);border:1px solid var(--line);border-radius:12px}
.tile{padding:13px 16px}
.tile b{display:block;font-size:23px;font-weight:640;letter-spacing:-.02em;font-variant-numeric:tabular-nums;line-height:1.25}
.tile span{color:var(--soft);font-size:13px}
.card{padding:18px 20px 14px;margin-top:16px}
.card>p{font-size:13.5px;margin-bottom:10px}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:16px}
@media(max-width:860px){.pair{grid-template-columns:1fr}.tiles{grid-template-columns:repeat(2,1fr)}}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{fill:var(--soft);font-size:11.5px;font-family:inherit}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;font-size:13px;margin-top:8px;color:var(--soft)}
.legend i{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:6px;vertical-align:-1px}
.tip{position:fixed;pointer-events:none;background:var(--ink);color:var(--bg);font-size:12.5px;line-height:1.45;padding:7px 10px;border-radius:8px;opacity:0;transition:opacity .1s;max-width:330px;z-index:9}
.tip table{border-spacing:0}.tip td{padding:0 10px 0 0}.tip td+td{text-align:right;padding:0;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto}
table.types{border-collapse:collapse;width:100%;font-size:13.5px;font-variant-numeric:tabular-nums}
.types th{color:var(--soft);font-weight:550;text-align:right;padding:6px 10px;border-bottom:1px solid var(--line);cursor:pointer;white-space:nowrap;user-select:none}
.types th:first-child,.types td:first-child{text-align:left;padding-left:0}
.types th.on{color:var(--ink)}.types th.on::after{content:" \2193"}
.types td{text-align:right;padding:5px 10px;border-bottom:1px solid var(--grid);white-space:nowrap}
.types td:first-child{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,monospace;font-size:12.5px}
.bar{display:inline-block;height:7px;border-radius:4px;background:var(--accent);opacity:.75;margin-left:8px;vertical-align:1px}
.more{background:none;border:0;color:var(--accent);font:inherit;font-size:13.5px;padding:10px 0 2px;cursor:pointer}
</style></head><body><main>
<h1>Object lifecycle</h1><p class="lead" id="lead"></p>
<div class="tiles" id="tiles"></div>
<section class="card"><h2>Memory by type</h2><p>Bytes of the live objects, their buffers included. The line is the memory that the whole process holds.</p><div id="memory"></div></section>
<section class="card"><h2>Objects made, by type</h2><p>Per second. Most objects die young; those that never were stored in another object die without a single count.</p><div id="made"></div></section>
<div class="pair">
<section class="card"><h2>From the freelists</h2><p>Share of new lists, dicts and sets that took over the storage of a dead one.</p><div id="hits"></div></section>
<section class="card"><h2>Pauses</h2><p>The longest reconcile in each interval; collections of cycles are marked.</p><div id="pauses"></div></section>
</div>
<section class="card"><h2>How long reconciles take</h2><p>Number of reconciles by their duration.</p><div id="histogram"></div></section>
<section class="card"><h2>Types</h2><p>At the end of the run. Click a heading to sort.</p><div class="scroll"><table class="types" id="types"></table></div><button class="more" id="more"></button></section>
</main><div class="tip" id="tip"></div>
<script>
const D=)page";

const char k_report_tail[] = R"page(;
"use strict";
const $=id=>document.getElementById(id);
const dark=matchMedia('(prefers-color-scheme:dark)').matches;
const colors=['#1f6f5c','#d98e32','#5877b8','#b5546c','#7d9d3f','#8a6bb0','#3f9bb0','#c2693f'].map(c=>c),rest=dark?'#565a66':'#c3c1ba';
const group=n=>Math.round(n).toLocaleString('en').replace(/,/g,'\u202f');
const short=n=>{for(const[f,u]of[[1e9,'G'],[1e6,'M'],[1e3,'k']])if(n>=f)return(n/f).toPrecision(3).replace(/\.?0+$/,'')+u;return String(+n.toPrecision(3))};
const bytes=n=>{const u=['B','KiB','MiB','GiB'];let i=0;while(n>=1024&&i<3){n/=1024;i++}return(i&&n<100?n.toFixed(1):Math.round(n))+'\u202f'+u[i]};
const span=n=>n<1e3?Math.round(n)+'\u202fns':n<1e6?(n/1e3).toPrecision(3)+'\u202f\u00b5s':n<1e9?(n/1e6).toPrecision(3)+'\u202fms':(n/1e9).toPrecision(3)+'\u202fs';
const percent=x=>(100*x).toFixed(x>.995&&x<1?1:0)+'\u202f%';
const clock=ms=>ms<1e3?Math.round(ms)+'\u202fms':(ms/1e3).toFixed(ms<1e4?2:1)+'\u202fs';
const esc=s=>s.replace(/[&<>"]/g,c=>({'&':'&amp;','<':'&lt;','>':'&gt;','"':'&quot;'}[c]));
const S=D.samples,last=S[S.length-1];
// ---- figures by type at each sample: [live, bytes, died, uncounted]
S.forEach(s=>{s.by=new Map();s.cells.forEach(c=>s.by.set(c[0],c.slice(1)))});
// A type that is gone keeps the number of its dead.
for(let i=1;i<S.length;i++)for(const[k,v]of S[i-1].by)if(!S[i].by.has(k))S[i].by.set(k,[0,0,v[2]+v[0],v[3]]);
const made=(s,k)=>{const v=s.by.get(k);return v?v[0]+v[2]:0};
const kinds=[...last.by.keys()];
let died=0,uncounted=0;for(const v of last.by.values()){died+=v[2];uncounted+=v[3]}
const reused=last.reused.reduce((a,b)=>a+b,0),fresh=last.fresh.reduce((a,b)=>a+b,0);
$('lead').textContent=(D.program||'A program')+' ran for '+clock(D.seconds*1e3)+' and made '+group(last.made)+' objects.';
document.title='Object lifecycle \u2014 '+(D.program||'');
const tile=(v,l)=>`<div class="tile"><b>${v}</b><span>${l}</span></div>`;
$('tiles').innerHTML=tile(short(last.made),'objects made')+tile(died?percent(uncounted/died):'\u2013','of the dead were never counted')+
 tile(reused+fresh?percent(reused/(reused+fresh)):'\u2013','of lists, dicts, sets reused storage')+tile(span(D.maxPause),`longest of ${group(D.reconciles)} reconciles`)+
 tile(percent(D.totalPause/1e9/Math.max(D.seconds,1e-9)),'of the time reconciling')+tile(D.collections?span(Math.max(D.maxYoung,D.maxFull)):'none',D.collections?`longest of ${group(D.collections)} cycle collections`:'cycle collections')+
 tile(bytes(Math.max(...S.map(s=>s.resident))),'most memory held')+tile(bytes(D.maxWaiting),'most garbage that waited');
// ---- drawing
const W=1000,tip=$('tip');
function nice(max){if(!(max>0))return[1,[0,1]];const e=10**Math.floor(Math.log10(max)),m=max/e,step=(m<=1.5?.25:m<=3?.5:m<=7?1:2)*e,ticks=[];for(let v=0;v<max+step*.999;v+=step)ticks.push(v);return[ticks[ticks.length-1],ticks]}
function niceBytes(max){let u=1;while(max/u>=1024)u*=1024;const[t,k]=nice(max/u);return[t*u,k.map(x=>x*u)]}
function frame(o){ // o: width, height, max, ticks, format; times along x
 const w=o.width||W,h=o.height||250,L=62,R=8,T=8,B=24,end=last.ms||1,x=ms=>L+(w-L-R)*ms/end,y=v=>T+(h-T-B)*(1-v/o.max);
 let s=`<svg viewBox="0 0 ${w} ${h}" role="img">`;
 for(const t of o.ticks)s+=`<line x1="${L}" x2="${w-R}" y1="${y(t)}" y2="${y(t)}" stroke="var(--grid)"/><text x="${L-8}" y="${y(t)+4}" text-anchor="end">${o.format(t)}</text>`;
 const n=w>600?6:4;for(let i=0;i<=n;i++){const ms=end*i/n;s+=`<text x="${x(ms)}" y="${h-5}" text-anchor="${i==0?'start':i==n?'end':'middle'}">${clock(ms)}</text>`}
 return{s,x,y,w,h,L,R,T,B,end}}
function hover(el,f,text){const svg=el.querySelector('svg'),line=svg.querySelector('.cursor');
 svg.addEventListener('mousemove',e=>{const b=svg.getBoundingClientRect(),ms=((e.clientX-b.left)/b.width*f.w-f.L)/(f.w-f.L-f.R)*f.end;let i=0;S.forEach((s,k)=>{if(Math.abs(s.ms-ms)<Math.abs(S[i].ms-ms))i=k});
  line.setAttribute('x1',f.x(S[i].ms));line.setAttribute('x2',f.x(S[i].ms));line.style.opacity=.6;tip.innerHTML=`<b>${clock(S[i].ms)}</b>`+text(i);tip.style.opacity=1;
  const r=tip.getBoundingClientRect();tip.style.left=Math.min(e.clientX+16,innerWidth-r.width-8)+'px';tip.style.top=Math.min(e.clientY+14,innerHeight-r.height-8)+'px'});
 svg.addEventListener('mouseleave',()=>{tip.style.opacity=0;line.style.opacity=0})}
const cursor=f=>`<line class="cursor" y1="${f.T}" y2="${f.h-f.B}" stroke="var(--ink)" stroke-dasharray="3 3" style="opacity:0"/>`;
const legend=list=>`<div class="legend">${list.map(([n,c])=>`<span><i style="background:${c}"></i>${esc(n)}</span>`).join('')}</div>`;
function stacked(id,series,o){ // series: [{name,color,values}]
 const total=S.map((_,i)=>series.reduce((a,s)=>a+s.values[i],0)),max=Math.max(...total,...(o.line||[0]));
 const[top,ticks]=(o.bytes?niceBytes:nice)(max),f=frame({max:top,ticks,format:o.format}),low=S.map(()=>0);let s=f.s;
 for(const q of series){const up=low.map((v,i)=>v+q.values[i]);let p='';
  S.forEach((t,i)=>p+=(i?'L':'M')+f.x(t.ms).toFixed(1)+' '+f.y(up[i]).toFixed(1));
  for(let i=S.length-1;i>=0;i--)p+='L'+f.x(S[i].ms).toFixed(1)+' '+f.y(low[i]).toFixed(1);
  s+=`<path d="${p}Z" fill="${q.color}" fill-opacity=".88"/>`;up.forEach((v,i)=>low[i]=v)}
 if(o.line)s+=`<path d="${S.map((t,i)=>(i?'L':'M')+f.x(t.ms).toFixed(1)+' '+f.y(o.line[i]).toFixed(1)).join('')}" fill="none" stroke="var(--ink)" stroke-width="1.4" stroke-opacity=".7"/>`;
 const el=$(id);el.innerHTML=s+cursor(f)+'</svg>'+legend([...series.map(q=>[q.name,q.color]),...(o.line?[[o.lineName,'var(--ink)']]:[])]);
 hover(el,f,i=>'<table>'+series.map(q=>[q.name,q.values[i]]).filter(r=>r[1]>0).sort((a,b)=>b[1]-a[1]).map(r=>`<tr><td>${esc(r[0])}</td><td>${o.format(r[1])}</td></tr>`).join('')+(o.line?`<tr><td>${o.lineName}</td><td>${o.format(o.line[i])}</td></tr>`:'')+'</table>')}
function topKinds(value,n){return kinds.map(k=>[k,Math.max(...S.map((s,i)=>value(s,k,i)))]).sort((a,b)=>b[1]-a[1]).slice(0,n).map(x=>x[0])}
function series(value){const top=topKinds(value,7),set=new Set(top),out=top.map((k,i)=>({name:D.types[k],color:colors[i],values:S.map((s,j)=>value(s,k,j))}));
 out.push({name:'all others',color:rest,values:S.map((s,j)=>{let t=0;for(const k of kinds)if(!set.has(k))t+=value(s,k,j);return t})});return out}
stacked('memory',series((s,k)=>{const v=s.by.get(k);return v?v[1]:0}),{bytes:true,format:bytes,line:S.map(s=>s.resident),lineName:'process'});
stacked('made',series((s,k,i)=>{const p=S[i-1],dt=(s.ms-(p?p.ms:0))/1e3;return dt>0?Math.max(0,(made(s,k)-(p?made(p,k):0))/dt):0}),{format:v=>short(v)});
{const el=$('hits'),f=frame({width:520,height:220,max:1,ticks:[0,.25,.5,.75,1],format:percent});let s=f.s;const lines=D.shells.map((n,k)=>S.map((t,i)=>{const p=S[i-1],a=t.reused[k]-(p?p.reused[k]:0),b=t.fresh[k]-(p?p.fresh[k]:0);return a+b?a/(a+b):null}));
 lines.forEach((v,k)=>{let pen=false,p='';v.forEach((y,i)=>{if(y===null)return;p+=(pen?'L':'M')+f.x(S[i].ms).toFixed(1)+' '+f.y(y).toFixed(1);pen=true});s+=`<path d="${p}" fill="none" stroke="${colors[k]}" stroke-width="2" stroke-linejoin="round"/>`});
 el.innerHTML=s+cursor(f)+'</svg>'+legend(D.shells.map((n,k)=>[n,colors[k]]));
 hover(el,f,i=>'<table>'+D.shells.map((n,k)=>`<tr><td>${n}</td><td>${lines[k][i]===null?'none made':percent(lines[k][i])}</td></tr>`).join('')+'</table>')}
{const el=$('pauses'),[top,ticks]=nice(Math.max(...S.map(s=>s.pauseMax))),f=frame({width:520,height:220,max:top,ticks,format:span});let s=f.s;const w=Math.max(1.5,Math.min(9,(f.w-f.L-f.R)/S.length*.7));
 S.forEach((t,i)=>{const g=t.collections>(i?S[i-1].collections:0),y=f.y(t.pauseMax);s+=`<rect x="${(f.x(t.ms)-w/2).toFixed(1)}" width="${w.toFixed(1)}" y="${y.toFixed(1)}" height="${Math.max(0,f.h-f.B-y).toFixed(1)}" rx="1.5" fill="${g?colors[1]:colors[0]}"/>`});
 el.innerHTML=s+cursor(f)+'</svg>'+legend([['reconciles only',colors[0]],['with a cycle collection',colors[1]]]);
 hover(el,f,i=>`<table><tr><td>longest</td><td>${span(S[i].pauseMax)}</td></tr><tr><td>all of the interval</td><td>${span(S[i].pauseSum)}</td></tr><tr><td>cycle collections</td><td>${S[i].collections-(i?S[i-1].collections:0)}</td></tr></table>`)}
{const H=D.histogram,lo=Math.max(0,H.findIndex(n=>n)),hi=40-[...H].reverse().findIndex(n=>n),max=Math.max(1,...H),n=Math.max(1,hi-lo),w=(W-20)/n;let s=`<svg viewBox="0 0 ${W} 170" role="img">`;
 for(let i=lo;i<hi;i++){const h=H[i]?Math.max(2,120*Math.log(1+H[i])/Math.log(1+max)):0,x=10+(i-lo)*w;s+=`<rect x="${x+w*.12}" y="${140-h}" width="${w*.76}" height="${h}" rx="3" fill="${colors[2]}"/><text x="${x+w/2}" y="${134-h}" text-anchor="middle">${H[i]?short(H[i]):''}</text><text x="${x+w/2}" y="160" text-anchor="middle">${span(2**i)}</text>`}
 $('histogram').innerHTML=s+'</svg>'}
{const heads=[['type',r=>r.name],['live',r=>r.live],['bytes',r=>r.bytes],['made',r=>r.made],['freed',r=>r.died],['never counted',r=>r.share]];let by=3,all=false;
 const rows=kinds.map(k=>{const v=last.by.get(k);return{name:D.types[k],live:v[0],bytes:v[1],made:v[0]+v[2],died:v[2],share:v[2]?v[3]/v[2]:-1}});
 const most=Math.max(...rows.map(r=>r.made),1);
 const draw=()=>{rows.sort((a,b)=>by?heads[by][1](b)-heads[by][1](a):a.name.localeCompare(b.name));
  $('types').innerHTML='<tr>'+heads.map((h,i)=>`<th class="${i==by?'on':''}" data-i="${i}">${h[0]}</th>`).join('')+'</tr>'+rows.slice(0,all?rows.length:25).map(r=>`<tr><td>${esc(r.name)}</td><td>${group(r.live)}</td><td>${bytes(r.bytes)}</td><td>${group(r.made)}<span class="bar" style="width:${Math.max(1,60*r.made/most)}px"></span></td><td>${group(r.died)}</td><td>${r.share<0?'\u2013':percent(r.share)}</td></tr>`).join('');
  $('types').querySelectorAll('th').forEach(t=>t.onclick=()=>{by=+t.dataset.i;draw()});
  $('more').textContent=rows.length>25?(all?'Show the first 25':`Show all ${rows.length} types`):''};
 $('more').onclick=()=>{all=!all;draw()};draw()}
</script></body></html>
)page";

}  // namespace kaa
