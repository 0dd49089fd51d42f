// SPDX-License-Identifier: Apache-2.0
#include "core/config/source.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <sstream>

#include "core/error.h"
#include "core/spelling.h"

namespace ohm {
namespace fs = std::filesystem;
namespace {

constexpr std::uintmax_t kLargestFile = 4u << 20;
constexpr int kDeepest = 64;
constexpr int kMostNodes = 100000;

std::string at(const std::string& shown, const YAML::Mark& mark) {
  if (mark.is_null()) return shown + ":1:1";
  return fmt::format("{}:{}:{}", shown, mark.line + 1, mark.column + 1);
}

/// Aliases can make a small file stand for an endless tree, so visited nodes are counted.
void refuse_repeated_keys(const YAML::Node& node, const std::string& shown, int depth,
                          int& visited) {
  if (++visited > kMostNodes) {
    throw ConfigError(fmt::format("{}: more than {} values; write out what aliases repeat",
                                  at(shown, node.Mark()), kMostNodes));
  }
  if (depth > kDeepest) {
    throw ConfigError(fmt::format("{}: nested deeper than {} levels; flatten the file",
                                  at(shown, node.Mark()), kDeepest));
  }
  if (node.IsSequence()) {
    for (const auto& item : node) refuse_repeated_keys(item, shown, depth + 1, visited);
  }
  if (!node.IsMap()) return;
  std::set<std::string> seen;
  for (const auto& entry : node) {
    if (!entry.first.IsScalar()) {
      throw ConfigError(fmt::format("{}: a key that is not a word; expected `key: value`",
                                    at(shown, entry.first.Mark())));
    }
    if (!seen.insert(entry.first.Scalar()).second) {
      throw ConfigError(fmt::format("{}: {}: given twice; remove one of them",
                                    at(shown, entry.first.Mark()),
                                    in_quotes(entry.first.Scalar())));
    }
    refuse_repeated_keys(entry.second, shown, depth + 1, visited);
  }
}

/// Whether every byte belongs to a well-formed UTF-8 sequence.
bool is_utf8(const std::string& text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i++]);
    int more = byte < 0x80 ? 0 : byte >= 0xF0 ? 3 : byte >= 0xE0 ? 2 : 1;
    if ((byte >= 0x80 && byte < 0xC2) || byte > 0xF4) return false;
    for (; more > 0; --more, ++i) {
      if (i >= text.size() || (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return false;
    }
  }
  return true;
}

std::string read_text(const fs::path& file) {
  std::error_code failure;
  const auto size = fs::is_regular_file(file, failure) ? fs::file_size(file, failure) : 0;
  if (failure || !fs::is_regular_file(file, failure)) {
    throw ConfigError(fmt::format("{}: no such file; expected a YAML file", file.string()));
  }
  if (size > kLargestFile) {
    throw ConfigError(fmt::format("{}: {} bytes; a configuration has at most {}", file.string(),
                                  size, kLargestFile));
  }
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream)
    throw ConfigError(fmt::format("{}: cannot be read; check its permissions", file.string()));
  return text.str();
}

std::shared_ptr<const Document> parse(const std::string& text, const std::string& shown,
                                      const fs::path& directory) {
  if (text.find('\0') != std::string::npos || !is_utf8(text)) {
    throw ConfigError(fmt::format("{}: binary; expected YAML in UTF-8", shown));
  }
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(text);
    if (documents.size() > 1) {
      throw ConfigError(fmt::format("{}: more follows the first document; expected a single one",
                                    at(shown, documents[1].Mark())));
    }
    const YAML::Node root = documents.empty() ? YAML::Node() : documents.front();
    auto document = std::make_shared<Document>(Document{shown, directory, root});
    int visited = 0;
    refuse_repeated_keys(document->root, shown, 0, visited);
    return document;
  } catch (const YAML::Exception& failure) {
    throw ConfigError(fmt::format("{}: not valid YAML: {}; check indentation, colons and brackets",
                                  at(shown, failure.mark), failure.msg));
  }
}

}  // namespace

std::string Place::where() const {
  return document ? at(document->shown, node.Mark()) : origin;
}

std::shared_ptr<const Document> load_document(const fs::path& file) {
  return parse(read_text(file), file.string(), file.parent_path());
}

std::shared_ptr<const Document> parse_document(const std::string& text, const std::string& shown) {
  return parse(text, shown, {});
}

std::vector<std::string> component_names(const std::string& folder,
                                         const std::vector<fs::path>& roots) {
  std::set<std::string> names;
  for (const fs::path& root : roots) {
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(root / folder, missing)) {
      if (entry.path().extension() == ".yaml") names.insert(entry.path().stem().string());
    }
  }
  return {names.begin(), names.end()};
}

fs::path find_component(const std::string& folder, const std::string& name,
                        const std::vector<fs::path>& roots, const fs::path& relative_to,
                        const std::string& where) {
  const bool is_path = name.find('/') != std::string::npos || name.ends_with(".yaml");
  std::vector<fs::path> tried;
  if (is_path) {
    if (!relative_to.empty()) tried.push_back(relative_to / name);
    tried.emplace_back(name);
  } else {
    for (const fs::path& root : roots) tried.push_back(root / folder / (name + ".yaml"));
  }
  for (const fs::path& file : tried) {
    std::error_code unreadable;
    if (!name.empty() && fs::is_regular_file(file, unreadable)) return file;
  }
  const auto names = component_names(folder, roots);
  throw ConfigError(
      fmt::format("{}: {} '{}' not found; expected a path to a YAML file or one of: {}{}", where,
                  folder, name.substr(0, 200), fmt::join(names, ", "), did_you_mean(name, names)));
}

}  // namespace ohm
