// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_parallel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "mapping/network/hf_config.h"
#include "mapping/network/network.h"
#include "mapping/network/parameter_count.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

using nlohmann::json;
using testing::HasSubstr;

json pythia() {
  return json::parse(R"({"model_type": "gpt_neox", "architectures": ["GPTNeoXForCausalLM"],
      "hidden_size": 4096, "intermediate_size": 16384, "num_hidden_layers": 32,
      "num_attention_heads": 32, "vocab_size": 50432, "max_position_embeddings": 2048,
      "rotary_pct": 0.25, "use_parallel_residual": true, "tie_word_embeddings": false})");
}

json phi() {
  return json::parse(R"({"model_type": "phi", "architectures": ["PhiForCausalLM"],
      "hidden_size": 2560, "intermediate_size": 10240, "num_hidden_layers": 32,
      "num_attention_heads": 32, "num_key_value_heads": null, "vocab_size": 51200,
      "max_position_embeddings": 2048, "partial_rotary_factor": 0.4, "qk_layernorm": false})");
}

json falcon() {
  return json::parse(R"({"model_type": "falcon", "architectures": ["FalconForCausalLM"],
      "hidden_size": 4544, "num_hidden_layers": 32, "num_attention_heads": 71,
      "vocab_size": 65024, "multi_query": true, "parallel_attn": true, "bias": false, "new_decoder_architecture": false, "alibi": false})");
}

json falcon_40b() {
  json keys = falcon();
  keys.update(json::parse(R"({"hidden_size": 8192, "num_hidden_layers": 60,
      "num_attention_heads": 128, "num_kv_heads": 8, "new_decoder_architecture": true})"));
  return keys;
}

json gptj() {
  return json::parse(R"({"model_type": "gptj", "n_embd": 4096, "n_layer": 28, "n_head": 16,
      "rotary_dim": 64, "n_inner": null, "n_positions": 2048, "vocab_size": 50400})");
}

TransformerSpec read(json keys, const std::string& changes = "{}") {
  keys.update(json::parse(changes));
  return parse_hf_config(keys.dump(), "config.json");
}

std::string fault(const json& keys, const std::string& changes) {
  return tiny::message_of<ConfigError>([&] { read(keys, changes); });
}

/// Totals: parameters of the transformers library's models (5.23) of these sizes, tied ones once.
TEST(HfParallel, HaveThePublishedTotals) {
  EXPECT_EQ(parameter_count(read(pythia())), 6857302016);
  EXPECT_EQ(parameter_count(read(pythia(), R"({"hidden_size": 6144, "intermediate_size": 24576,
      "num_hidden_layers": 44, "num_attention_heads": 64})")),
            20554567680);
  EXPECT_EQ(parameter_count(read(gptj())), 6050882784);
  EXPECT_EQ(parameter_count(read(phi())), 2779683840);
  EXPECT_EQ(parameter_count(read(falcon())), 6921720704);
  EXPECT_EQ(parameter_count(read(falcon_40b())), 41303293952);
  EXPECT_EQ(parameter_count(read(falcon_40b(), R"({"hidden_size": 4096, "num_attention_heads": 32,
      "ffn_hidden_size": 16384, "num_ln_in_parallel_attn": 1, "tie_word_embeddings": false})")),
            11102822400);
  EXPECT_EQ(parameter_count(read(falcon(), R"({"hidden_size": 1024, "num_hidden_layers": 4,
      "num_attention_heads": 16, "vocab_size": 1000, "multi_query": false, "parallel_attn": false,
      "bias": true})")),
            51410944);
}

TEST(HfParallel, SayHowTheirBlocksStand) {
  EXPECT_EQ(read(pythia()).block, "parallel");
  EXPECT_EQ(read(pythia(), R"({"use_parallel_residual": false})").block, "sequential");
  EXPECT_EQ(read(gptj()).block, "parallel_one_norm");
  EXPECT_EQ(read(phi()).block, "parallel_one_norm");
  EXPECT_EQ(read(falcon()).block, "parallel_one_norm");
  EXPECT_EQ(read(falcon(), R"({"parallel_attn": false})").block, "sequential");
  EXPECT_EQ(read(falcon_40b()).block, "parallel");
  EXPECT_EQ(read(falcon()).n_kv_heads, 1);
  EXPECT_EQ(read(falcon()).context, 2048);
  EXPECT_EQ(read(falcon_40b()).n_kv_heads, 8);
}

// Totals: parameters of the transformers library's models (5.23) of these sizes, tied ones once.
TEST(HfParallel, FalconMayHaveABiasByDistance) {
  const std::string plain = R"("alibi": true, "bias": true, "multi_query": false,
      "parallel_attn": false)";
  const TransformerSpec small = read(falcon(), R"({"hidden_size": 2048, "num_hidden_layers": 24,
      "num_attention_heads": 32, "vocab_size": 50304, )" +
                                                   plain + "}");
  EXPECT_EQ(parameter_count(small), 1311625216);
  EXPECT_EQ(small.positions, "alibi");
  EXPECT_EQ(small.n_kv_heads, 32);
  EXPECT_EQ(parameter_count(read(falcon(), R"({"hidden_size": 4096, "num_hidden_layers": 36,
      "num_attention_heads": 64, )" + plain + "}")),
            7516020736);
}

TEST(HfParallel, RotatePartOfAHead) {
  EXPECT_EQ(read(pythia()).rope_dim, 32);
  EXPECT_EQ(read(gptj()).rope_dim, 64);
  EXPECT_EQ(read(phi()).rope_dim, 32);
  EXPECT_EQ(read(falcon()).rope_dim, 0);
  json newer = phi();
  newer.erase("partial_rotary_factor");
  EXPECT_EQ(read(newer).rope_dim, 40);
  EXPECT_EQ(read(newer, R"({"rope_parameters": {"partial_rotary_factor": 0.4}})").rope_dim, 32);
  EXPECT_EQ(read(newer, R"({"rope_parameters": {"rope_type": "default"}})").rope_dim, 40);
  EXPECT_THAT(fault(pythia(), R"({"rotary_pct": 0})"), HasSubstr("rotary_pct: 0 found"));
  EXPECT_THAT(fault(pythia(), R"({"rotary_pct": 0.04})"), HasSubstr("rotary_pct: 5 of a head's"));
  EXPECT_THAT(fault(phi(), R"({"partial_rotary_factor": 0.3875})"),
              HasSubstr("partial_rotary_factor: 31 of a head's 80"));
  EXPECT_THAT(fault(gptj(), R"({"rotary_dim": 63})"), HasSubstr("rotary_dim: 63 of a head's 256"));
  EXPECT_THAT(fault(gptj(), R"({"rotary_dim": 0})"), HasSubstr("rotary_dim: 0 found"));
  EXPECT_THAT(fault(gptj(), R"({"rotary_dim": null})"), HasSubstr("rotary_dim: missing"));
  EXPECT_THAT(fault(gptj(), R"({"rotary_dim": 512})"),
              HasSubstr("rotary_dim: 512 of a head's 256"));
}

TEST(HfParallel, ReadTheSameVectorInBothParts) {
  const Network one = build_network(read(phi(), R"({"num_hidden_layers": 1})"));
  const Network two = build_network(read(pythia(), R"({"num_hidden_layers": 1})"));
  const auto source_of = [](const Network& network, const std::string& name) {
    for (const Index v : network.order) {
      if (network.op(v).name != name) continue;
      const auto [edge, end] = boost::in_edges(static_cast<size_t>(v), network.graph);
      return network.graph[boost::source(*edge, network.graph)].name;
    }
    return std::string("none");
  };
  EXPECT_EQ(source_of(one, "h.0.attn.qkv"), "h.0.norm1");
  EXPECT_EQ(source_of(one, "h.0.ffn.up"), "h.0.norm1");
  EXPECT_EQ(source_of(two, "h.0.ffn.up"), "h.0.norm2");
  EXPECT_EQ(source_of(two, "h.0.norm2"), "embedding");
  EXPECT_EQ(source_of(two, "h.0.norm1"), "embedding");
}

TEST(HfParallel, RefuseWhatIsNotInThisVersion) {
  EXPECT_THAT(fault(phi(), R"({"qk_layernorm": true})"), HasSubstr("qk_layernorm: true"));
  EXPECT_THAT(fault(falcon_40b(), R"({"num_ln_in_parallel_attn": 3})"),
              HasSubstr("num_ln_in_parallel_attn: 3"));
  EXPECT_THAT(fault(falcon_40b(), R"({"num_kv_heads": null})"), HasSubstr("num_kv_heads: missing"));
  EXPECT_THAT(fault(pythia(), R"({"architectures": ["GPTNeoXModel"]})"),
              HasSubstr("architectures"));
  EXPECT_THAT(fault(pythia(), R"({"hidden_size": null})"), HasSubstr("hidden_size: missing"));
  EXPECT_THAT(fault(gptj(), R"({"n_embed": 4096, "n_embd": null})"),
              HasSubstr("did you mean 'n_embed', which the file has?"));
}

TEST(HfParallel, FalconIsRefusedWhereTheLibraryCannotRunIt) {
  EXPECT_THAT(fault(falcon_40b(), R"({"num_ln_in_parallel_attn": 1, "parallel_attn": false})"),
              HasSubstr("config.json: parallel_attn: false found beside new_decoder_architecture"));
  EXPECT_THAT(fault(falcon(), R"({"num_ln_in_parallel_attn": 2})"),
              HasSubstr("num_ln_in_parallel_attn: 2 found; expected 1, or new_decoder"));
  EXPECT_NO_THROW(read(falcon(), R"({"num_ln_in_parallel_attn": 2, "parallel_attn": false})"));
  EXPECT_EQ(read(falcon(), R"({"parallel_attn": null})").block, "sequential");
  EXPECT_EQ(read(falcon(), R"({"multi_query": null})").n_kv_heads, 71);
}

TEST(HfParallel, TakesNeitherZeroNorNullForAMissingKey) {
  EXPECT_EQ(fault(phi(), R"({"num_key_value_heads": 0})"),
            "config.json: num_key_value_heads: 0 found; expected at least 1, or null");
  EXPECT_THAT(fault(falcon_40b(), R"({"num_kv_heads": 0})"), HasSubstr("num_kv_heads: 0 found"));
  for (const auto& keys : {phi(), pythia(), gptj(), falcon()}) {
    EXPECT_THAT(fault(keys, R"({"tie_word_embeddings": null})"),
                HasSubstr("tie_word_embeddings: null found"));
  }
}

}  // namespace
}  // namespace ohm
