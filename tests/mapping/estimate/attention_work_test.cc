// SPDX-License-Identifier: Apache-2.0
#include "mapping/estimate/attention_work.h"

#include <gtest/gtest.h>

#include "mapping/estimate/estimate.h"
#include "tests/mapping/chip_builder.h"

namespace ohm {
namespace {

Mapping mapped(const TransformerSpec& spec, const std::vector<Override>& overrides = {}) {
  return map_network(build_network(spec), testing::shipped_chip(overrides));
}

/// The first operator of this kind.
Index find(const Mapping& m, OpKind kind) {
  for (const Index v : m.network.order) {
    if (m.network.op(v).kind == kind) return v;
  }
  return -1;
}

AttentionWork work(const Mapping& m, OpKind kind, const Request& request) {
  return attention_work(m, find(m, kind), request, phases_of(request).front());
}

TEST(AttentionWork, OfDenseAttentionFollowsTheClosedForms) {
  const Mapping m = mapped(testing::tiny_gpt());  // 4 heads of 8
  const Request prompt{true, 7, 1, 2};
  const AttentionWork scores = work(m, OpKind::attention_scores, prompt);
  EXPECT_EQ(scores.quantised, 2 * 7 * 96);
  EXPECT_EQ(scores.macs, 2 * 28 * 32);
  EXPECT_EQ(scores.dram, 0);
  EXPECT_EQ(work(m, OpKind::softmax, prompt).softmax, 2 * 28 * 4);
  EXPECT_EQ(work(m, OpKind::attention_values, prompt).macs, scores.macs);
  EXPECT_EQ(work(m, OpKind::norm, prompt).buffer, 0);
}

TEST(AttentionWork, WithoutRoomKeysAndValuesAreWrittenAndReadInTheDram) {
  const Mapping m = mapped(testing::tiny_gpt(), {testing::with("buffer.kv_share", "0")});
  const Request prompt{true, 7, 1, 1};
  EXPECT_EQ(work(m, OpKind::attention_scores, prompt).dram, 7 * 64 + 28 * 32);
  EXPECT_EQ(work(m, OpKind::attention_values, prompt).dram, 28 * 32);
}

/// Keys and values of 64 elements, stored 7 times, read 28 times: less by what they are narrower,
/// and by nothing of the queries.
TEST(AttentionWork, NarrowKeysAndValuesSaveTheirOwnBytesAlone) {
  const Request prompt{true, 7, 1, 1};
  const auto at = [&](int bits, const std::string& share, OpKind kind) {
    return work(mapped(testing::tiny_gpt(), {testing::with("kv_bits", std::to_string(bits)),
                                             testing::with("buffer.kv_share", share)}),
                kind, prompt);
  };
  const auto scores = OpKind::attention_scores, values = OpKind::attention_values;
  for (const int bits : {2, 3, 4, 6}) {
    EXPECT_EQ(at(8, "1", scores).buffer - at(bits, "1", scores).buffer,
              (7 * 64 + 28 * 32) * (8 - bits) / 8);
    EXPECT_EQ(at(8, "1", values).buffer - at(bits, "1", values).buffer, 28 * 32 * (8 - bits) / 8);
    EXPECT_EQ(at(bits, "0", scores).dram, (7 * 64 + 28 * 32) * bits / 8);
    EXPECT_EQ(at(bits, "0", values).dram, 28 * 32 * bits / 8);
    EXPECT_EQ(at(bits, "0", scores).macs, at(8, "0", scores).macs);
  }
}

/// Teams alike, so that nothing but bytes of keys and values differs.
TEST(AttentionWork, OfNarrowerKeysAndValuesTakesLessTimeAndEnergy) {
  for (const std::string share : {"0", "0.75"}) {
    Estimate wider;
    for (const int bits : {16, 8, 6, 4, 3, 2}) {
      const Estimate e =
          estimate(mapped(testing::tiny_llama(), {testing::with("kv_bits", std::to_string(bits)),
                                                  testing::with("buffer.kv_share", share),
                                                  testing::with("map.attention_tiles", "2")}),
                   Workload{20, 10, 1, {}});
      EXPECT_EQ(e.kv_bytes_per_token, 2 * 2 * 16 * bits / 8);
      if (bits < 16) {
        EXPECT_LT(e.energy, wider.energy) << bits;
        EXPECT_LE(e.tpot, wider.tpot) << bits;
        EXPECT_EQ(e.macs, wider.macs) << bits;
      }
      wider = e;
    }
  }
}

TEST(AttentionWork, LatentsComeFromTheDramOnce) {
  const Mapping m = mapped(testing::tiny_deepseek(), {testing::with("buffer.kv_share", "0")});
  const Request prompt{true, 7, 1, 1};
  EXPECT_EQ(work(m, OpKind::attention_scores, prompt).dram, (7 + 28) * 20);
  EXPECT_EQ(work(m, OpKind::attention_values, prompt).dram, 0);
}

TEST(AttentionWork, KeysOfASourceAreStoredOnce) {
  const Mapping m = mapped(testing::tiny_t5());
  for (const Index v : m.network.order) {
    const Operator& op = m.network.op(v);
    if (op.matmul < 0 || m.network.matmuls[static_cast<size_t>(op.matmul)].part != "cross_kv") {
      continue;
    }
    const auto work = [&](Index source, Index batch) {
      return source_key_work(m, v, {false, source, 0, batch});
    };
    EXPECT_EQ(work(12, 1).quantised, 12 * 64);
    EXPECT_EQ(work(24, 1).buffer, 2 * work(12, 1).buffer);
    EXPECT_EQ(work(12, 2).buffer, work(24, 1).buffer);
    EXPECT_EQ(work(12, 1).dram, 0);
  }
}

/// Without room in the buffers, what a pass reads of the source has been written by the one before.
TEST(AttentionWork, KeysOfASourceThatBuffersDoNotKeepAreWritten) {
  const Mapping m = mapped(testing::tiny_t5(), {testing::with("buffer.kv_share", "0")});
  Request second{true, 1, 5, 2};
  second.source = 12;
  for (const Index v : m.network.order) {
    const Operator& op = m.network.op(v);
    if (op.matmul >= 0 && m.network.matmuls[static_cast<size_t>(op.matmul)].part == "cross_kv") {
      const AttentionWork work = source_key_work(m, v, first_stack_of(second));
      EXPECT_EQ(work.dram, 2 * 12 * 64);
      EXPECT_EQ(work.dram_written, work.dram);
    }
    if (op.kind != OpKind::attention_scores || !is_cross_attention(m.network, v)) continue;
    const AttentionWork read = attention_work(m, v, second, {"decode", 1, 4});
    EXPECT_EQ(read.dram, 2 * 4 * 12 * 32);
    EXPECT_EQ(read.dram_written, 0);
  }
}

}  // namespace
}  // namespace ohm
