// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <yaml-cpp/yaml.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/config/visitor.h"

namespace ohm {

/// Where names are looked up and what is overridden, strongest override first.
struct ConfigOptions {
  std::vector<std::filesystem::path> roots;  ///< folders that hold device/, macro/, chip/, …
  std::vector<Override> overrides;
  bool file_overrides = true;  ///< whether `override:` in a file changes that file's own Spec
};

/// A parsed YAML file together with the name that messages show.
struct Document {
  std::string shown;
  std::filesystem::path directory;
  YAML::Node root;
};

/// A node and where it came from: a file, or an override.
///
/// The node is const: yaml-cpp's assignment would rewrite the document that it points into.
struct Place {
  const YAML::Node node;
  std::shared_ptr<const Document> document;
  std::string origin;
  bool is_absent = false;  ///< nothing was given here; `origin` is the map around it

  /// "configs/macro/isaac.yaml:3:3", or the override's origin.
  std::string where() const;
};

/// Reads and parses a file; ConfigError when it is missing, too large, not YAML, or repeats a key.
std::shared_ptr<const Document> load_document(const std::filesystem::path& file);

/// The same for YAML text that is not in a file; `shown` names it in messages.
std::shared_ptr<const Document> parse_document(const std::string& text, const std::string& shown);

/// File of component `name` (a name in `<root>/<folder>`, or a path): ConfigError with a
/// did-you-mean when there is none. `relative_to` may be empty.
std::filesystem::path find_component(const std::string& folder, const std::string& name,
                                     const std::vector<std::filesystem::path>& roots,
                                     const std::filesystem::path& relative_to,
                                     const std::string& where);

/// Names of the files in `<root>/<folder>` over all roots, sorted, without the ending.
std::vector<std::string> component_names(const std::string& folder,
                                         const std::vector<std::filesystem::path>& roots);

}  // namespace ohm
