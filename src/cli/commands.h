/* The commands. Each is collective on ctx; argv[0] is the command's name. */
#ifndef ONCOMARK_CLI_COMMANDS_H
#define ONCOMARK_CLI_COMMANDS_H

#include "oncomark/context.h"

om_status om_cmd_run(om_ctx *ctx, int argc, char **argv); /* and each stage by its own name */
om_status om_cmd_crossval(om_ctx *ctx, int argc, char **argv);
om_status om_cmd_validate(om_ctx *ctx, int argc, char **argv);
om_status om_cmd_plan(om_ctx *ctx, int argc, char **argv);
om_status om_cmd_simulate(om_ctx *ctx, int argc, char **argv);
om_status om_cmd_export(om_ctx *ctx, int argc, char **argv);
om_status om_cmd_predict(om_ctx *ctx, int argc, char **argv);
om_status om_cmd_curate(om_ctx *ctx, int argc, char **argv);
om_status om_cmd_info(om_ctx *ctx, int argc, char **argv);

#endif
