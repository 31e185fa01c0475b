import express from "express-4";
import { askMounts } from "./express_mounts.js";

askMounts(express);
