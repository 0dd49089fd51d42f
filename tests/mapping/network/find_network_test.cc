// SPDX-License-Identifier: Apache-2.0
#include "mapping/network/find_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/config/source.h"
#include "core/error.h"
#include "tests/mapping/tiny_networks.h"
#include "tests/repository.h"

namespace ohm {
namespace {

using testing::HasSubstr;

TransformerSpec find(const std::string& name) {
  return find_network(name, {repository::configs()});
}

std::string fault(const std::string& name) {
  return tiny::message_of<ConfigError>([&] { find(name); });
}

TEST(FindNetwork, KnowsPresetsByNameAndAlias) {
  EXPECT_EQ(find("gpt2").name, "gpt2-small");
  EXPECT_EQ(find("openai-community/gpt2").name, "gpt2-small");
  EXPECT_EQ(find("bert-base-uncased").name, "bert-base");
  EXPECT_EQ(find("google-bert/bert-large-uncased").name, "bert-large");
  EXPECT_EQ(find("google/vit-base-patch16-224").name, "vit-base-patch16-224");
  EXPECT_EQ(find("meta-llama/Meta-Llama-3-70B").name, "llama-3-70b");
  EXPECT_EQ(find("mistralai/Mixtral-8x7B-v0.1").name, "mixtral-8x7b");
}

TEST(FindNetwork, ReadsEveryShippedPresetWithSourceAndOwnName) {
  for (const std::string& name : component_names("network", {repository::configs()})) {
    const TransformerSpec spec = find(name);
    EXPECT_EQ(spec.name, name);
    EXPECT_FALSE(spec.source.empty()) << name;
  }
}

TEST(FindNetwork, ReadsAFolderAndItsConfigJson) {
  const std::string folder = std::string(repository::golden()) + "/gpt2_tiny";
  EXPECT_EQ(find(folder).d_model, 32);
  EXPECT_EQ(find(folder).name, "gpt2_tiny");
  EXPECT_EQ(find(folder + "/").name, "gpt2_tiny");
  EXPECT_EQ(find(folder + "/config.json").vocabulary, 96);
}

TEST(FindNetwork, ReadsAYamlFile) {
  EXPECT_EQ(find(std::string(repository::configs()) + "/network/bert-base.yaml").n_layers, 12);
}

TEST(FindNetwork, SuggestsTheClosestName) {
  EXPECT_THAT(fault("gpt2-smal"), HasSubstr("did you mean 'gpt2-small'?"));
  EXPECT_THAT(fault("bert-base-uncaesd"), HasSubstr("did you mean 'bert-base-uncased'?"));
  EXPECT_THAT(fault(""), HasSubstr("network '' not found"));
  EXPECT_THAT(fault("no/such/config.json"), HasSubstr("no such file"));
}

}  // namespace
}  // namespace ohm
