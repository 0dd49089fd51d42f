// SPDX-License-Identifier: Apache-2.0
#pragma once

/// Where tests find the shipped files. Functions, so that only one file is compiled with the paths
/// and a compiler cache serves the others in every checkout.
namespace ohm::repository {

const char* configs();
const char* experiments();
const char* models();
const char* golden();

}  // namespace ohm::repository
