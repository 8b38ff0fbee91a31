#include "reports/page/carried.hpp"

#include "bench/base/carry.hpp"

ASYNCMARK_CARRY(asyncmark::carried, style, ASYNCMARK_ASSETS "/page.css")
ASYNCMARK_CARRY(asyncmark::carried, script, ASYNCMARK_ASSETS "/page.js")
ASYNCMARK_CARRY(asyncmark::carried, vega, ASYNCMARK_FETCHED "/vega.js")
ASYNCMARK_CARRY(asyncmark::carried, vega_lite, ASYNCMARK_FETCHED "/vega-lite.js")
ASYNCMARK_CARRY(asyncmark::carried, vega_embed, ASYNCMARK_FETCHED "/vega-embed.js")
ASYNCMARK_CARRY(asyncmark::carried, licences, ASYNCMARK_FETCHED "/licences.txt")
