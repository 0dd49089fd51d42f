// SPDX-License-Identifier: Apache-2.0
#include "mapping/verify/verify_attention.h"

#include <gmock/gmock.h>

#include <functional>

#include "core/error.h"
#include "tests/core/error_text.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

using ::testing::HasSubstr;

Mapping mapped(const TransformerSpec& spec, const std::string& kv_bits = "8") {
  return map_network(
      build_network(spec),
      testing::shipped_chip(
          {testing::with("macros_per_tile", "1"), testing::with("macro.array.n_wordlines", "32"),
           testing::with("macro.array.rows_active", "32"), testing::with("kv_bits", kv_bits),
           testing::with("map.attention_tiles", "3")}));
}

std::string violation(const std::function<void(Mapping&)>& spoil) {
  Mapping m = mapped(testing::tiny_llama());
  spoil(m);
  return error_text<SolveError>([&] { verify_attention(m); });
}

Transfer& first(Mapping& m, TransferKind kind) {
  return *std::find_if(m.transfers.begin(), m.transfers.end(),
                       [&](const Transfer& t) { return t.kind == kind; });
}

TEST(VerifyAttention, AcceptsWhatTheMapperMakes) {
  for (const TransformerSpec& spec :
       {testing::tiny_gpt(), testing::tiny_llama(), testing::tiny_deepseek(), testing::tiny_t5(),
        testing::tiny_bert()}) {
    for (const std::string bits : {"2", "3", "4", "8", "16"}) {
      EXPECT_NO_THROW(verify_attention(mapped(spec, bits))) << spec.name << " at " << bits;
    }
  }
}

TEST(VerifyAttention, FindsHeadsThatAreKeptTwiceOrNowhere) {
  EXPECT_THAT(violation([](Mapping& m) {
                m.placement.attention[0].teams.heads = {2, 1};
              }),
              HasSubstr("teams have 3 heads"));
  EXPECT_THAT(violation([](Mapping& m) {
                m.placement.attention[0].teams.heads = {3, 1};
              }),
              HasSubstr("32 bytes are sent; expected 48"));
  EXPECT_THAT(violation([](Mapping& m) {
                m.placement.attention[0].tiles[1] = m.placement.attention[0].tiles[0];
              }),
              HasSubstr("different ones"));
}

TEST(VerifyAttention, FindsBytesThatAreMissing) {
  EXPECT_THAT(violation([](Mapping& m) { --first(m, TransferKind::queries).bytes[1]; }),
              HasSubstr("differ within a team"));
  EXPECT_THAT(violation([](Mapping& m) { first(m, TransferKind::keys).bytes.assign(2, 0); }),
              HasSubstr("keys and values"));
  EXPECT_THAT(violation([](Mapping& m) { first(m, TransferKind::keys).tiles.pop_back(); }),
              HasSubstr("do not reach"));
  EXPECT_THAT(violation([](Mapping& m) { --first(m, TransferKind::mixed_values).bytes[0]; }),
              HasSubstr("mixed values"));
  EXPECT_THAT(violation([](Mapping& m) { --first(m, TransferKind::partial_values).bytes[0]; }),
              HasSubstr("partial values"));
}

TEST(VerifyAttention, FindsQueriesAsNarrowAsKeysOfFourBits) {
  Mapping m = mapped(testing::tiny_llama(), "4");
  for (std::int64_t& bytes : first(m, TransferKind::queries).bytes) bytes /= 2;
  EXPECT_THAT(error_text<SolveError>([&] { verify_attention(m); }),
              HasSubstr("queries of h.0.attn.scores: 16 bytes are sent; expected 32"));
}

TEST(VerifyAttention, FindsResultsThatAreMergedTwiceOrNever) {
  EXPECT_THAT(violation([](Mapping& m) {
                Transfer& t = first(m, TransferKind::partial_values);
                t.tiles[1] = t.tiles[0];
                t.ends[1] = t.ends[0];
              }),
              HasSubstr("has nothing for"));
  EXPECT_THAT(violation([](Mapping& m) {
                Transfer& t = first(m, TransferKind::partial_values);
                t.tiles.clear();
              }),
              HasSubstr("results"));
}

TEST(VerifyAttention, FindsWhatNobodyNeeds) {
  EXPECT_THAT(violation([](Mapping& m) {
                Transfer more = first(m, TransferKind::keys);
                more.vertex = 0;
                m.transfers.push_back(more);
              }),
              HasSubstr("needs nothing"));
}

}  // namespace
}  // namespace ohm
