// SPDX-License-Identifier: Apache-2.0
#include "core/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "core/error.h"
#include "core/mapped_file.h"
#include "core/spelling.h"
#include "core/strict_json.h"

namespace ohm {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

const char* const single_name = "model.safetensors";
const char* const index_name = "model.safetensors.index.json";
const std::string mend = "re-download the folder or save the network again";

bool is_present(const fs::path& path) {
  std::error_code ignored;  // an unreadable path is one we cannot open either
  return fs::exists(path, ignored);
}

/// A shard must be a plain file name, so that an index cannot reach outside its folder.
void require_plain_name(const std::string& shard, const fs::path& index) {
  const bool plain = !shard.empty() && shard != "." && shard != ".." &&
                     shard.find_first_of(std::string_view("/\\\0", 3)) == std::string::npos;
  if (!plain)
    throw ConfigError(
        fmt::format("{}: weight_map names the file {}; expected a plain file name in "
                    "the same folder; {}",
                    index.string(), in_quotes(shard), mend));
}

std::map<std::string, std::string> read_weight_map(const fs::path& index) {
  const MappedFile file = MappedFile::open(index);
  const json root = parse_strict_json(file.text(), index.string(), mend);
  const auto found = root.find("weight_map");
  if (!root.is_object() || found == root.end() || !found->is_object())
    throw ConfigError(
        fmt::format("{}: has no object 'weight_map'; expected {{\"weight_map\": "
                    "{{tensor: file}}}}; {}",
                    index.string(), mend));
  std::map<std::string, std::string> weight_map;
  for (const auto& [name, shard] : found->items()) {
    if (!shard.is_string())
      throw ConfigError(fmt::format("{}: weight_map of {} is {}; expected a file name; {}",
                                    index.string(), in_quotes(name), shard.type_name(), mend));
    require_plain_name(shard.get_ref<const std::string&>(), index);
    weight_map.emplace(name, shard.get<std::string>());
  }
  return weight_map;
}

[[noreturn]] void refuse_folder(const fs::path& folder) {
  const bool pickled = is_present(folder / "pytorch_model.bin") ||
                       is_present(folder / "pytorch_model.bin.index.json");
  throw ConfigError(fmt::format(
      "{}: has neither {} nor {}; expected one of them; {}", folder.string(), single_name,
      index_name,
      pickled ? "pytorch_model.bin is not read: save the network again with safe_serialization=True"
              : "check the path"));
}

/// "(3, 5)": the place of a flat index in a row-major array.
std::string multi_index(Index flat, const Shape& shape) {
  Shape place(shape.size());
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    place[axis] = flat % shape[axis];
    flat /= shape[axis];
  }
  return to_string(place);
}

}  // namespace

Checkpoint Checkpoint::open(const fs::path& path) {
  Checkpoint checkpoint;
  std::error_code ignored;  // a path that cannot be examined is refused when it is opened
  const bool is_folder = fs::is_directory(path, ignored);
  const bool is_sharded = is_folder && !is_present(path / single_name);
  checkpoint.path_ = is_sharded ? path / index_name : is_folder ? path / single_name : path;
  if (is_sharded && !is_present(checkpoint.path_)) refuse_folder(path);
  if (is_sharded) {
    checkpoint.add_shards(read_weight_map(checkpoint.path_));
    return checkpoint;
  }
  checkpoint.shards_.push_back(Safetensors::open(checkpoint.path_));
  for (const TensorEntry& entry : checkpoint.shards_[0].entries())
    checkpoint.shard_by_name_.emplace(entry.name, 0);
  return checkpoint;
}

void Checkpoint::add_shards(const std::map<std::string, std::string>& weight_map) {
  std::map<std::string, std::size_t> position;
  for (const auto& [name, shard] : weight_map) {
    const auto [found, is_new] = position.emplace(shard, shards_.size());
    if (is_new) {
      const fs::path file = path_.parent_path() / shard;
      if (!is_present(file))
        throw ConfigError(fmt::format("{}: shard {} is missing; expected it in the same folder; {}",
                                      path_.string(), in_quotes(shard), mend));
      shards_.push_back(Safetensors::open(file));
    }
    if (!shards_[found->second].contains(name))
      throw ConfigError(fmt::format("{}: tensor {} is not in {}; expected it there; {}",
                                    path_.string(), in_quotes(name), in_quotes(shard), mend));
    shard_by_name_.emplace(name, found->second);
  }
}

std::vector<std::string> Checkpoint::names() const {
  std::vector<std::string> names;
  for (const auto& [name, shard] : shard_by_name_) names.push_back(name);
  return names;
}

bool Checkpoint::contains(std::string_view name) const {
  return shard_by_name_.contains(name);
}

const Safetensors& Checkpoint::shard_of(std::string_view name) const {
  const auto found = shard_by_name_.find(name);
  if (found == shard_by_name_.end())
    throw ConfigError(fmt::format("{}: no tensor {} among its {}{}", path_.string(),
                                  in_quotes(name), shard_by_name_.size(),
                                  did_you_mean(name, names())));
  return shards_[found->second];
}

const TensorEntry& Checkpoint::at(std::string_view name) const {
  return shard_of(name).at(name);
}

Tensor Checkpoint::read_float(std::string_view name) const {
  return shard_of(name).read_float(name);
}

void require_finite(const Tensor& tensor, std::string_view where) {
  const auto is_bad = [](float value) { return !std::isfinite(value); };
  const auto first = std::find_if(tensor.values.begin(), tensor.values.end(), is_bad);
  if (first == tensor.values.end()) return;
  const auto n_bad = std::count_if(first, tensor.values.end(), is_bad);
  throw ConfigError(
      fmt::format("{}: {} at index {}, {} of {} values are not finite; expected "
                  "finite weights; train or export the network again",
                  where, *first, multi_index(first - tensor.values.begin(), tensor.shape), n_bad,
                  tensor.size()));
}

}  // namespace ohm
