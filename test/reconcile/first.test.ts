/** The reconciliation model of every fourth provider, from the first one on (suite.ts). */
import { playQuarter } from './suite.ts';

playQuarter(0);
