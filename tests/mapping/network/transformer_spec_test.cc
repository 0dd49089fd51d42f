// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/transformer_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/config/reader.h"
#include "core/error.h"
#include "mapping/network/find_network.h"
#include "tests/mapping/tiny_networks.h"

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

TEST(TransformerSpec, RefusesAPatchThatDoesNotDivideTheImage) {
  TransformerSpec s = tiny::vit();
  s.patch_size = 4;
  EXPECT_THAT(fault(s), HasSubstr("patch_size: 4 pixels do not divide the image's 6"));
  s.patch_size = 0;
  EXPECT_THAT(fault(s), HasSubstr("patch_size: missing or 0"));
}

TEST(TransformerSpec, RefusesAContextThatIsNotThePatchesAndTheClassToken) {
  TransformerSpec s = tiny::vit();
  s.context = 9;
  EXPECT_THAT(fault(s), HasSubstr("context: 9 found; expected 10"));
}

TEST(TransformerSpec, RefusesWhatAFamilyDoesNotHave) {
  TransformerSpec s = tiny::gpt2();
  s.norm_placement = "post";
  EXPECT_THAT(fault(s), HasSubstr("norm_placement: 'post' found; gpt2 has 'pre'"));
  s = tiny::gpt2();
  s.image_size = 8;
  EXPECT_THAT(fault(s), HasSubstr("image_size: gpt2 has no images"));
  s = tiny::gpt2();
  s.n_labels = 3;
  EXPECT_THAT(fault(s), HasSubstr("n_labels: gpt2 has no classifier"));
  s = tiny::bert();
  s.tied_head = true;
  EXPECT_THAT(fault(s), HasSubstr("tied_head: bert has no language-model head"));
  s = tiny::bert();
  s.pooler = false;
  EXPECT_THAT(fault(s), HasSubstr("pooler: false found; the classifier reads the pooler"));
  s = tiny::bert();
  s.qkv_bias = false;
  EXPECT_THAT(fault(s), HasSubstr("qkv_bias"));
  s = tiny::vit();
  s.vocabulary = 4;
  EXPECT_THAT(fault(s), HasSubstr("vocabulary: vit has no tokens"));
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
                  [] { parse_spec<TransformerSpec>("family: llama\n", "net.yaml", {}); }),
              HasSubstr("one of: gpt2, bert, vit; this one is not in this version"));
}

TEST(ParameterCount, IsThatOfThePublishedNetworks) {
  const auto count = [](const std::string& name) {
    return parameter_count(find_network(name, {OHM_CONFIG_DIR}));
  };
  EXPECT_EQ(count("gpt2-small"), 124439808);
  EXPECT_EQ(count("gpt2-medium"), 354823168);
  EXPECT_EQ(count("gpt2-large"), 774030080);
  EXPECT_EQ(count("gpt2-xl"), 1557611200);
  EXPECT_EQ(count("bert-base"), 109482240);
  EXPECT_EQ(count("bert-large"), 335141888);
  EXPECT_EQ(count("vit-small-patch16-224"), 22050664);
  EXPECT_EQ(count("vit-base-patch16-224"), 86567656);
  EXPECT_EQ(count("vit-large-patch16-224"), 304326632);
}

TEST(ParameterCount, IsTheNumberOfWeightsOfANetwork) {
  for (TransformerSpec s : {tiny::gpt2(), tiny::bert(), tiny::vit()}) {
    s.qkv_bias = s.family != "vit";
    const Weights w = tiny::random_weights(build_network(s));
    Index sum = w.tokens.size() + w.positions.size() + w.token_types.size() + w.class_token.size();
    for (const Tensor& matrix : w.matmul) sum += matrix.size();
    for (const Tensor& bias : w.bias) sum += bias.size();
    for (const NormWeights& norm : w.norms) sum += norm.gain.size() + norm.bias.size();
    EXPECT_EQ(parameter_count(s), sum) << s.family;
  }
}

}  // namespace
}  // namespace ohm
