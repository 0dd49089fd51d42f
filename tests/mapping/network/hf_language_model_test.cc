// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/hf_language_model.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/mapping/tiny_networks.h"

namespace ohm {
namespace {

using testing::HasSubstr;

std::string fault(const std::string& text) {
  return tiny::message_of<ConfigError>([&] {
    const JsonKeys file(text, "config.json");
    require_language_model(file);
    trained_levels(file);
  });
}

TEST(HfLanguageModel, HasAnOutputMatrixOverTheVocabulary) {
  for (const char* word :
       {"LlamaForCausalLM", "T5ForConditionalGeneration", "SomeWithLMHeadModel"}) {
    const JsonKeys file(std::string(R"({"architectures": [")") + word + "\"]}", "config.json");
    EXPECT_NO_THROW(require_language_model(file)) << word;
  }
  EXPECT_NO_THROW(require_language_model(JsonKeys("{}", "config.json")));
  EXPECT_THAT(fault(R"({"architectures": ["LlamaModel"]})"), HasSubstr("'LlamaModel' is not in"));
  EXPECT_THAT(fault(R"({"architectures": []})"), HasSubstr("architectures"));
  EXPECT_THAT(fault(R"({"architectures": [1]})"), HasSubstr("architectures"));
}

TEST(HfLanguageModel, MayBeStoredInFewValues) {
  const auto levels = [](const std::string& how) {
    return trained_levels(JsonKeys(R"({"quantization_config": )" + how + "}", "config.json"));
  };
  EXPECT_EQ(trained_levels(JsonKeys("{}", "config.json")), 0);
  EXPECT_EQ(levels(R"({"quant_method": "bitnet"})"), 3);
  EXPECT_EQ(levels(R"({"quant_method": "fp8"})"), 0);
  EXPECT_EQ(levels("null"), 0);
  EXPECT_THAT(fault(R"({"quantization_config": {"quant_method": "gptq"}})"), HasSubstr("'gptq'"));
  EXPECT_THAT(fault(R"({"quantization_config": 4})"), HasSubstr("quantization_config"));
}

TEST(HfLanguageModel, SpellsActivationsAsTheLibraryDoes) {
  EXPECT_EQ(hf_activations().at("gelu_new"), "gelu_tanh");
  EXPECT_EQ(hf_activations().at("swish"), "silu");
  EXPECT_FALSE(hf_activations().contains("gelu_tanh"));
}

}  // namespace
}  // namespace ohm
