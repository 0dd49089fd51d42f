// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/adapters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "mapping/network/find_network.h"
#include "mapping/network/network.h"
#include "mapping/network/parameter_count.h"
#include "tests/mapping/chip_builder.h"
#include "tests/mapping/tiny_networks.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using Parts = std::vector<std::string>;

TransformerSpec adapted(const std::string& name, Index rank, const Parts& parts) {
  TransformerSpec spec = find_network(name, {repository::configs()});
  spec.lora_rank = rank;
  spec.lora_parts = parts;
  spec.lora_placement = "beside";
  return spec;
}

Index values_of(const Network& network) {
  Index values = 0;
  for (const StaticMatmul& matmul : network.matmuls) {
    if (matmul.part.find("_lora_") != std::string::npos) values += matmul.weights();
  }
  return values;
}

/// Trainable parameters that peft 0.21 on transformers 5.23 counts for models of these sizes.
TEST(AdapterModules, HaveAsManyParametersAsPeftCounts) {
  const Parts all{"qkv", "attn_out", "ffn_up", "ffn_gate", "ffn_down"};
  const Parts plain{"qkv", "attn_out", "ffn_up", "ffn_down"};
  const auto expect = [](const TransformerSpec& spec, Index values) {
    EXPECT_EQ(adapter_parameter_count(spec), values) << spec.name;
    EXPECT_EQ(values_of(build_network(spec)), values) << spec.name;
  };
  expect(adapted("llama-3-8b", 16, all), 41943040);
  expect(adapted("llama-3-8b", 16, {"qkv"}), 9437184);
  expect(adapted("gpt2-small", 8, plain), 1179648);
  expect(adapted("phi-3-mini-4k", 8, all), 12582912);
  expect(adapted("phi-3-mini-4k", 8, {"qkv"}), 3145728);
  expect(adapted("bloom-7b1", 8, {"qkv"}), 3932160);
}

TEST(AdapterModules, AreThoseThatTheFamilyStores) {
  TransformerSpec spec = testing::tiny_llama();
  const auto names = [&](const std::string& part) {
    Parts found;
    for (const AdapterModule& module : adapter_modules(spec, part)) {
      found.push_back(module.input + ">" + module.part);
    }
    return found;
  };
  for (const char* family : {"llama", "qwen2", "gptj", "phi", "opt", "starcoder2", "bitnet"}) {
    spec.family = family;
    EXPECT_EQ(names("qkv"), (Parts{"q>q", "k>k", "v>v"})) << family;
    EXPECT_EQ(names("ffn_gate"), Parts{"ffn_gate>ffn_gate"});
  }
  for (const char* family : {"gpt2", "gpt_neox", "bloom", "mpt", "falcon", "phi3"}) {
    spec.family = family;
    EXPECT_EQ(names("qkv"), Parts{"qkv>qkv"}) << family;
  }
  EXPECT_EQ(names("ffn_gate"), Parts{"ffn_gate_up>ffn_gate"});
  EXPECT_EQ(names("ffn_up"), Parts{"ffn_gate_up>ffn_up"});
}

TEST(AdapterModules, OfGateAndUpAreOneWhereTheyAreOneMatrix) {
  const std::string text = tiny::message_of<ConfigError>(
      [] { check_spec(adapted("phi-3-mini-4k", 8, {"ffn_up"}), "here"); });
  EXPECT_THAT(text, ::testing::HasSubstr("lora_parts: one of ffn_gate and ffn_up"));
  EXPECT_NO_THROW(check_spec(adapted("llama-3-8b", 8, {"ffn_up"}), "here"));
  TransformerSpec spec = adapted("phi-3-mini-4k", 8, {"ffn_up", "ffn_gate"});
  spec.n_layers = 2;
  std::map<std::string, Index> inputs;
  for (const StaticMatmul& matmul : build_network(spec).matmuls) {
    if (matmul.part.ends_with("_lora_a")) inputs[matmul.name] += matmul.weights();
  }
  EXPECT_EQ(inputs, (std::map<std::string, Index>{{"h.0.ffn.gate_up_lora_a", 8 * 3072},
                                                  {"h.1.ffn.gate_up_lora_a", 8 * 3072}}));
}

/// Sums of q, k and v one after the other: as many elements as there are outputs.
TEST(AdapterModules, AddToTheirShareOfTheOutputs) {
  TransformerSpec spec = testing::tiny_llama();
  spec.lora_rank = 4;
  spec.lora_parts = {"qkv"};
  spec.lora_placement = "beside";
  const Network network = build_network(spec);
  std::map<std::string, Index> sums;
  const Index merged = spec.query_width() + 2 * spec.kv_width();
  for (const Index v : network.order) {
    const Operator& op = network.op(v);
    if (!op.name.ends_with("_lora") || op.layer != 0) continue;
    sums[op.name] = op.in_features;
    EXPECT_EQ(op.out_features, merged);
    EXPECT_EQ(boost::in_degree(static_cast<size_t>(v), network.graph), 2u);
  }
  EXPECT_EQ(sums, (std::map<std::string, Index>{{"h.0.attn.q_lora", spec.query_width()},
                                                {"h.0.attn.k_lora", spec.kv_width()},
                                                {"h.0.attn.v_lora", spec.kv_width()}}));
}

}  // namespace
}  // namespace ohm
