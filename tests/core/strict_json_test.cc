// SPDX-License-Identifier: Apache-2.0
#include "core/strict_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"

namespace ohm {
namespace {

using testing::HasSubstr;
using namespace std::string_view_literals;

nlohmann::json parse(std::string_view text, const JsonLimits& limits = {}) {
  return parse_strict_json(text, "a.json", "save it again", limits);
}

std::string refusal(std::string_view text, const JsonLimits& limits = {}) {
  return error_text<ConfigError>([&] { parse(text, limits); });
}

TEST(StrictJson, ReadsOrdinaryJson) {
  const auto value = parse(R"( {"a": [1, -2, 2.5, "x", null, true], "b": {"a": {}}} )");
  EXPECT_EQ(value["a"][1], -2);
  EXPECT_EQ(value["b"]["a"], nlohmann::json::object());
}

TEST(StrictJson, SaysWhereTheTextBreaks) {
  const auto at = [](int line, int column) {
    return "a.json: not valid JSON: wrong at line " + std::to_string(line) + ", column " +
           std::to_string(column) + "; save it again";
  };
  EXPECT_EQ(refusal(R"({"a": 1,})"), at(1, 9));
  EXPECT_EQ(refusal("{\"a\": 1,\n \"b\" 2}"), at(2, 6));
  EXPECT_EQ(refusal("{\r\n  \"a\": 1\r\n  \"b\": 2}"), at(3, 5));  // the end of "b"
  EXPECT_EQ(refusal(""), at(1, 1));
  EXPECT_EQ(refusal("{\n\n"), at(3, 1));  // what is missing stands behind the end
  EXPECT_EQ(refusal("{\n\0}"sv),
            "a.json: not valid JSON: NUL byte at line 2, column 1; save it again");
}

TEST(StrictJson, RefusesWhatIsNotJson) {
  for (const auto text : {""sv, "{"sv, "[1 2]"sv, "{} x"sv, "// c\n{}"sv, "NaN"sv, "'a'"sv,
                          "{\"a\": \"\xff\"}"sv, "{\"\xc3\": 1}"sv, "\"\\ud800\""sv, "[1e999]"sv,
                          "{}\0"sv, "\0{}"sv, "{\"a\0\": 1}"sv, "\xff\xfe{\0}\0"sv})
    EXPECT_THAT(refusal(text), HasSubstr("a.json: not valid JSON")) << text;
}

TEST(StrictJson, RefusesDuplicateKeysInOneObjectOnly) {
  EXPECT_THAT(refusal(R"({"a": 1, "b": 2, "a": 3})"), HasSubstr("'a' appears twice"));
  EXPECT_THAT(refusal(R"([{"x": {"k": 1, "k": 1}}])"), HasSubstr("'k' appears twice"));
  EXPECT_THAT(refusal(R"({"a": 1, "\u0061": 3})"), HasSubstr("'a' appears twice"));
  EXPECT_EQ(refusal(R"([{"a": 1}, {"a": {"a": 1}}])"), "");
}

TEST(StrictJson, LimitsDepth) {
  EXPECT_EQ(refusal("[[[]]]", {.depth = 3}), "");
  EXPECT_THAT(refusal("[[[[]]]]", {.depth = 3}), HasSubstr("nested deeper than 3 levels"));
  EXPECT_THAT(refusal(std::string(10'000'000, '[')), HasSubstr("nested deeper than 64 levels"));
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  EXPECT_THAT(refusal(objects), HasSubstr("nested deeper than 64 levels"));
}

TEST(StrictJson, LimitsTheLengthOfArrays) {
  const JsonLimits three{.array_length = 3};
  EXPECT_EQ(refusal("[1, [2, 2, 2], {}]", three), "");
  EXPECT_EQ(refusal(R"({"a": 1, "b": 2, "c": 3, "d": 4})", three), "");
  EXPECT_THAT(refusal("[1, 2, 3, 4]", three), HasSubstr("array of more than 3 elements"));
  EXPECT_THAT(refusal("[[], {}, [], {}]", three), HasSubstr("array of more than 3 elements"));
}

}  // namespace
}  // namespace ohm
