// SPDX-License-Identifier: Apache-2.0
#include "core/safetensors_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/core/error_text.h"

namespace ohm {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

std::string refusal(std::string_view json, Index data_size) {
  return error_text<ConfigError>([&] { parse_safetensors_header(json, data_size, "a.st"); });
}

/// A header of one tensor 'w'.
std::string one(std::string_view dtype, std::string_view shape, std::string_view offsets) {
  return "{\"w\":{\"dtype\":\"" + std::string(dtype) + "\",\"shape\":" + std::string(shape) +
         ",\"data_offsets\":" + std::string(offsets) + "}}";
}

/// A header of two U8 tensors 'a' and 'b' at the given offsets.
std::string two(std::string_view a_size, std::string_view a, std::string_view b_size,
                std::string_view b) {
  const auto tensor = [](std::string_view size, std::string_view offsets) {
    return "{\"dtype\":\"U8\",\"shape\":[" + std::string(size) +
           "],\"data_offsets\":" + std::string(offsets) + "}";
  };
  return "{\"a\":" + tensor(a_size, a) + ",\"b\":" + tensor(b_size, b) + "}";
}

TEST(SafetensorsHeader, ListsTensorsInTheOrderOfTheirBytes) {
  const auto header = parse_safetensors_header(
      R"({"__metadata__":{"format":"pt"},
          "a":{"dtype":"F32","shape":[2,3],"data_offsets":[4,28]},
          "b":{"dtype":"I16","shape":[2],"data_offsets":[0,4]}}  )",
      28, "a.st");
  ASSERT_EQ(header.extents.size(), 2u);
  EXPECT_EQ(header.extents[0].name, "b");
  EXPECT_EQ(header.extents[0].dtype, Dtype::i16);
  EXPECT_EQ(header.extents[1].shape, (Shape{2, 3}));
  EXPECT_EQ(header.extents[1].begin, 4);
  EXPECT_EQ(header.extents[1].end, 28);
  EXPECT_THAT(header.metadata, UnorderedElementsAre(Pair("format", "pt")));
}

TEST(SafetensorsHeader, MayBeEmpty) {
  EXPECT_TRUE(parse_safetensors_header("{}", 0, "a.st").extents.empty());
}

TEST(SafetensorsHeader, KnowsEveryDtypeOfTheFormat) {
  for (const auto* name :
       {"BOOL",    "U8",  "I8",  "F8_E5M2", "F8_E4M3",     "F8_E8M0",    "F4",  "F6_E2M3",
        "F6_E3M2", "I16", "U16", "F16",     "BF16",        "I32",        "U32", "F32",
        "I64",     "U64", "F64", "C64",     "F8_E4M3FNUZ", "F8_E5M2FNUZ"}) {
    const auto header = parse_safetensors_header(one(name, "[0]", "[0,0]"), 0, "a.st");
    EXPECT_EQ(to_string(header.extents[0].dtype), name);
  }
  EXPECT_EQ(bits_each(Dtype::f4), 4);
  EXPECT_EQ(bits_each(Dtype::bf16), 16);
  EXPECT_EQ(bits_each(Dtype::c64), 64);
}

TEST(SafetensorsHeader, PacksElementsSmallerThanAByte) {
  EXPECT_EQ(refusal(one("F4", "[3,2]", "[0,3]"), 3), "");
  EXPECT_EQ(refusal(one("F6_E2M3", "[4]", "[0,3]"), 3), "");
  EXPECT_THAT(refusal(one("F4", "[3]", "[0,2]"), 2), HasSubstr("not a whole"));
}

TEST(SafetensorsHeader, AcceptsEmptyTensorsAnywhereBetweenOthers) {
  EXPECT_EQ(refusal(two("0", "[0,0]", "4", "[0,4]"), 4), "");
  EXPECT_EQ(refusal(two("0", "[4,4]", "4", "[0,4]"), 4), "");
  EXPECT_EQ(refusal(one("F32", "[3,0,9223372036854775807]", "[0,0]"), 0).substr(0, 4), "a.st");
  EXPECT_EQ(refusal(one("F32", "[3,0,7]", "[0,0]"), 0), "");
}

TEST(SafetensorsHeader, ScalarHasOneElement) {
  EXPECT_EQ(refusal(one("F32", "[]", "[0,4]"), 4), "");
  EXPECT_THAT(refusal(one("F32", "[]", "[0,0]"), 0), HasSubstr("span 0 bytes; expected 4"));
}

TEST(SafetensorsHeader, RefusesOverlappingTensors) {
  EXPECT_THAT(refusal(two("4", "[0,4]", "4", "[2,6]"), 6),
              AllOf(HasSubstr("a.st: tensor 'b': begins at byte 2 inside tensor 'a', which ends at "
                              "4; expected tensors that do not overlap"),
                    HasSubstr("re-download or re-save it")));
  EXPECT_THAT(refusal(two("4", "[0,4]", "4", "[0,4]"), 4), HasSubstr("inside tensor 'a'"));
  EXPECT_THAT(refusal(two("4", "[0,4]", "0", "[2,2]"), 4), HasSubstr("inside tensor 'a'"));
}

TEST(SafetensorsHeader, RefusesBytesThatBelongToNoTensor) {
  EXPECT_THAT(refusal(two("2", "[0,2]", "2", "[3,5]"), 5), HasSubstr("bytes from 2 belong to no"));
  EXPECT_THAT(refusal(two("2", "[1,3]", "2", "[3,5]"), 5), HasSubstr("bytes from 0 belong to no"));
  EXPECT_THAT(refusal(two("2", "[0,2]", "2", "[2,4]"), 5), HasSubstr("1 bytes after the last"));
  EXPECT_THAT(refusal("{}", 1), HasSubstr("1 bytes after the last"));
}

TEST(SafetensorsHeader, RefusesOffsetsThatMakeNoSense) {
  EXPECT_THAT(refusal(one("U8", "[4]", "[0,4]"), 3), HasSubstr("end at 4; expected at most 3"));
  EXPECT_THAT(refusal(one("U8", "[4]", "[4,0]"), 4), HasSubstr("expected begin <= end"));
  EXPECT_THAT(refusal(one("U8", "[4]", "[0]"), 4), HasSubstr("has 1 entries; expected 2"));
  EXPECT_THAT(refusal(one("U8", "[4]", "[0,2,4]"), 4), HasSubstr("has 3 entries; expected 2"));
  EXPECT_THAT(refusal(one("U8", "[4]", "[-4,0]"), 4), HasSubstr("holds '-4'; expected integers"));
  EXPECT_THAT(refusal(one("U8", "[4]", "[0,18446744073709551620]"), 4), HasSubstr("expected int"));
  EXPECT_THAT(refusal(one("U8", "[4]", "[0,18446744073709551615]"), 4), HasSubstr("expected int"));
  EXPECT_THAT(refusal(one("U8", "[4]", "[0,9223372036854775807]"), 4), HasSubstr("at most 4"));
  EXPECT_THAT(refusal(one("U8", "[4]", "{}"), 4), HasSubstr("is object; expected a list"));
}

TEST(SafetensorsHeader, RefusesShapesThatDoNotMatchTheBytes) {
  EXPECT_THAT(refusal(one("F32", "[2,3]", "[0,20]"), 20),
              HasSubstr("a.st: tensor 'w': 'data_offsets' span 20 bytes; expected 24 for shape "
                        "(2, 3) of F32"));
  EXPECT_THAT(refusal(one("F32", "[-1,-6]", "[0,24]"), 24), HasSubstr("'shape' holds '-1'"));
  EXPECT_THAT(refusal(one("F32", "[1.0,6]", "[0,24]"), 24), HasSubstr("'shape' holds '1.0'"));
  EXPECT_THAT(refusal(one("F32", "[[6]]", "[0,24]"), 24), HasSubstr("'shape' holds 'array'"));
  EXPECT_THAT(refusal(one("F32", "6", "[0,24]"), 24), HasSubstr("'shape' is number"));
}

TEST(SafetensorsHeader, RefusesShapesWhoseSizeOverflows) {
  // 2^32 · 2^32 · 4 bytes wraps to 0 in 64 bits.
  EXPECT_THAT(refusal(one("F32", "[4294967296,4294967296]", "[0,0]"), 0),
              HasSubstr("not a whole, addressable number of bytes"));
  EXPECT_THAT(refusal(one("F32", "[4611686018427387905]", "[0,4]"), 4), HasSubstr("addressable"));
  EXPECT_THAT(refusal(one("F32", "[0,9223372036854775807,2]", "[0,0]"), 0),
              HasSubstr("addressable"));
}

TEST(SafetensorsHeader, RefusesTooManyAxes) {
  std::string ones = "[1";
  for (int i = 1; i < 64; ++i) ones += ",1";
  EXPECT_EQ(refusal(one("U8", ones + "]", "[0,1]"), 1), "");
  EXPECT_THAT(refusal(one("U8", ones + ",1]", "[0,1]"), 1), HasSubstr("more than 64 elements"));
}

TEST(SafetensorsHeader, RefusesAnUnknownDtype) {
  EXPECT_THAT(refusal(one("F23", "[1]", "[0,4]"), 4),
              AllOf(HasSubstr("unknown dtype 'F23'"), HasSubstr("did you mean 'F32'?")));
  EXPECT_THAT(refusal(R"({"w":{"dtype":3,"shape":[1],"data_offsets":[0,4]}})", 4),
              HasSubstr("'dtype' is number"));
}

TEST(SafetensorsHeader, RefusesMissingKeys) {
  EXPECT_THAT(refusal(R"({"w":{"shape":[1],"data_offsets":[0,4]}})", 4), HasSubstr("'dtype' is m"));
  EXPECT_THAT(refusal(R"({"w":{"dtype":"F32","data_offsets":[0,4]}})", 4), HasSubstr("'shape' is"));
  EXPECT_THAT(refusal(R"({"w":{"dtype":"F32","shape":[1]}})", 4), HasSubstr("'data_offsets' is"));
  EXPECT_THAT(refusal(R"({"w":[1]})", 4), HasSubstr("tensor 'w': is array; expected an object"));
}

TEST(SafetensorsHeader, RefusesDuplicateNames) {
  const std::string tensor = R"("w":{"dtype":"U8","shape":[1],"data_offsets":[0,1]})";
  EXPECT_THAT(refusal("{" + tensor + "," + tensor + "}", 1), HasSubstr("'w' appears twice"));
}

TEST(SafetensorsHeader, RefusesMetadataThatAreNotStrings) {
  EXPECT_THAT(refusal(R"({"__metadata__":{"epoch":3}})", 0),
              HasSubstr("a.st: '__metadata__' key 'epoch' is number; expected a string"));
  EXPECT_THAT(refusal(R"({"__metadata__":["pt"]})", 0), HasSubstr("expected an object of strings"));
  EXPECT_THAT(refusal(R"({"__metadata__":{"a":"x","a":"y"}})", 0), HasSubstr("'a' appears twice"));
}

TEST(SafetensorsHeader, RefusesWhatIsNotAJsonObject) {
  EXPECT_THAT(refusal("", 0), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refusal("[]", 0), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refusal(" {}", 0), HasSubstr("does not begin with '{'"));
  EXPECT_THAT(refusal("{", 0), HasSubstr("a.st: header: not valid JSON"));
  EXPECT_THAT(refusal("{\"\xff\":{}}", 0), HasSubstr("not valid JSON"));
  EXPECT_THAT(refusal("{\"a\":" + std::string(1'000'000, '['), 0), HasSubstr("nested deeper"));
}

TEST(SafetensorsHeader, QuotesHostileNamesSafely) {
  EXPECT_THAT(refusal(R"({"\u001b[31m\u0000":1})", 0), HasSubstr("tensor '\\x1b[31m\\x00': is"));
  EXPECT_LT(refusal("{\"" + std::string(1'000'000, 'x') + "\":1}", 0).size(), 400u);
}

}  // namespace
}  // namespace ohm
