#pragma once

#include "bench/base/json_fields.hpp"
#include "bench/results/finding.hpp"

namespace asyncmark {

template <class Visitor>
void fields(Visitor& visit, Finding& finding) {
  constexpr auto kNotEmpty = R"({"minLength": 1})";
  visit("code", finding.code,
        {.about = "Of the rule.",
         .presence = Presence::required,
         .narrower = R"({"pattern": "^[a-z]+(-[a-z]+)*$"})"});
  visit("cases", finding.cases,
        {.about = "The names of those it is about; empty when it is the whole run.",
         .presence = Presence::required});
  visit("sentence", finding.sentence,
        {.about = "What is wrong, in plain words.",
         .presence = Presence::required,
         .narrower = kNotEmpty});
  visit("evidence", finding.evidence,
        {.about = "The figures that show it.",
         .presence = Presence::required,
         .narrower = kNotEmpty});
  visit("remedy", finding.remedy,
        {.about = "What to do about it.", .presence = Presence::required, .narrower = kNotEmpty});
}

}  // namespace asyncmark
