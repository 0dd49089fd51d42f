// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/transformer_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/config/reader.h"
#include "core/error.h"
#include "mapping/network/find_network.h"
#include "tests/mapping/tiny_networks.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using testing::HasSubstr;

std::string fault(const TransformerSpec& spec) {
  return tiny::message_of<ConfigError>([&] { check_spec(spec, "here"); });
}

TEST(TransformerSpec, AcceptsEveryFamily) {
  EXPECT_NO_THROW(check_spec(tiny::gpt2(), "here"));
  EXPECT_NO_THROW(check_spec(tiny::bert(), "here"));
  EXPECT_NO_THROW(check_spec(tiny::vit(), "here"));
}

TEST(TransformerSpec, RefusesHeadsThatDoNotDivideTheWidth) {
  TransformerSpec s = tiny::gpt2();
  s.n_heads = 5;
  EXPECT_EQ(fault(s), "here: n_heads: 5 heads do not divide d_model = 12; expected a divisor");
  s.n_heads = 0;
  EXPECT_THAT(fault(s), HasSubstr("n_heads: 0 found; expected a number from 1 to 1048576"));
}

TEST(TransformerSpec, RefusesAnEpsilonThatIsNoNumber) {
  TransformerSpec s = tiny::gpt2();
  s.norm_epsilon = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THAT(fault(s), HasSubstr("norm_epsilon: nan found"));
  s.norm_epsilon = -1e-5;
  EXPECT_THAT(fault(s), HasSubstr("norm_epsilon"));
}

TEST(TransformerSpec, IsReadFromYaml) {
  const std::string text =
      "family: gpt2\nn_layers: 2\nd_model: 12\nn_heads: 3\nd_ff: 20\ncontext: 19\n"
      "vocabulary: 17\nactivation: gelu_tanh\n";
  const auto s = parse_spec<TransformerSpec>(text, "net.yaml", {});
  EXPECT_EQ(s.head_size(), 4);
  EXPECT_TRUE(s.is_decoder());
  const auto heads = text.find("n_heads: 3");
  const std::string wrong = std::string(text).replace(heads, 10, "n_heads: 5");
  EXPECT_THAT(
      tiny::message_of<ConfigError>([&] { parse_spec<TransformerSpec>(wrong, "net.yaml", {}); }),
      HasSubstr("net.yaml:4:10: n_heads: 5 heads do not divide d_model = 12"));
}

TEST(TransformerSpec, SaysWhichFamiliesComeLater) {
  EXPECT_THAT(tiny::message_of<ConfigError>(
                  [] { parse_spec<TransformerSpec>("family: qwen2_moe\n", "net.yaml", {}); }),
              HasSubstr("starcoder2, t5, vit; this one is not in this version"));
}

TEST(TransformerSpec, PutsAdaptersBesideMatricesThatHaveSome) {
  TransformerSpec s = find_network("llama-3-8b", {repository::configs()});
  s.lora_placement = "beside";
  EXPECT_THAT(fault(s), HasSubstr("lora_placement: 'beside' found without adapters"));
  s.lora_rank = 16;
  EXPECT_THAT(fault(s), HasSubstr("lora_parts: adapters need both"));
  s.lora_parts = {"qkv"};
  EXPECT_TRUE(s.has_adapters());
  check_spec(s, "here");
  s.lora_rank = -1;
  EXPECT_THAT(fault(s), HasSubstr("lora_rank: -1 found"));
  s.lora_rank = 16;
  s.lora_placement = "nearby";
  EXPECT_THAT(fault(s), HasSubstr("lora_placement: 'nearby' found"));
}

TEST(TransformerSpec, RefusesNumbersOfAdaptersBesideMatrices) {
  TransformerSpec s = find_network("gpt2-small", {repository::configs()});
  s.lora_rank = 4;
  s.lora_parts = {"qkv"};
  EXPECT_NO_THROW(require_executable(s));
  s.lora_placement = "beside";
  EXPECT_THAT(tiny::message_of<ArgumentError>([&] { require_executable(s); }),
              HasSubstr("expected lora_placement: merged"));
}

TEST(TransformerSpec, NamesTheAdapterThatWasMeant) {
  TransformerSpec s = find_network("llama-3-8b", {repository::configs()});
  s.lora_rank = 16;
  s.lora_parts = {"qvk"};
  EXPECT_THAT(fault(s), HasSubstr("did you mean 'qkv'?"));
}

}  // namespace
}  // namespace ohm
