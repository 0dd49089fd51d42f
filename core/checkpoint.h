// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/safetensors.h"
#include "core/tensor.h"

namespace ohm {

/// The weights of one network: a safetensors file, or a Hugging Face folder that holds
/// model.safetensors or the shards that model.safetensors.index.json lists.
///
/// Copies are cheap; entries and their bytes live as long as any copy does.
class Checkpoint {
 public:
  /// Opens and checks every file. Throws ConfigError if one is missing, damaged or hostile, if a
  /// shard lies outside the folder, or if the index promises a tensor that its shard lacks.
  static Checkpoint open(const std::filesystem::path& path);

  /// What was opened: the file, or the index of the shards.
  const std::filesystem::path& path() const { return path_; }
  /// All tensors, in alphabetical order.
  std::vector<std::string> names() const;
  bool contains(std::string_view name) const;
  /// Throws ConfigError with the closest name if there is none.
  const TensorEntry& at(std::string_view name) const;
  /// See Safetensors::read_float.
  Tensor read_float(std::string_view name) const;

 private:
  void add_shards(const std::map<std::string, std::string>& weight_map);
  const Safetensors& shard_of(std::string_view name) const;

  std::filesystem::path path_;
  std::vector<Safetensors> shards_;
  std::map<std::string, std::size_t, std::less<>> shard_by_name_;
};

/// Throws ConfigError naming the first NaN or Inf, its index and how many there are.
///
/// `where` opens the error's text: "model.safetensors: tensor 'wte.weight'".
void require_finite(const Tensor& tensor, std::string_view where);

}  // namespace ohm
