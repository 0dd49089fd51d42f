// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_llama.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

TEST(HfLlama, IsADecoderWithGatesRotationsAndNoBiases) {
  const JsonKeys file(R"({"num_hidden_layers": 2, "hidden_size": 32, "num_attention_heads": 4,
      "intermediate_size": 128, "max_position_embeddings": 64, "vocab_size": 50})",
                      "config.json");
  const HfKeyTable keys = llama_keys();
  TransformerSpec spec = read_llama(HfReader(file, keys), "llama");
  EXPECT_EQ(spec.positions, "rope");
  EXPECT_EQ(spec.norm, "rmsnorm");
  EXPECT_TRUE(spec.gated_ffn);
  EXPECT_FALSE(spec.qkv_bias || spec.out_bias || spec.ffn_bias);
  EXPECT_EQ(spec.activation, "silu");
  read_grouped_heads(HfReader(file, keys), spec, true);
  EXPECT_EQ(spec.n_kv_heads, 4);
  EXPECT_THAT(
      tiny::message_of<ConfigError>([&] { read_grouped_heads(HfReader(file, keys), spec, false); }),
      testing::HasSubstr("num_key_value_heads: missing"));
}

}  // namespace
}  // namespace ohm
